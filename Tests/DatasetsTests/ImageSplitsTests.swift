import Datasets
import Testing

@Suite("Splits of a folder of images")
struct ImageSplitsTests {
    @Test(
        "training and held-out folders are told by their names",
        arguments: [
            ("train", "test"), ("Train", "Test"), ("training", "testing"), ("Training", "Validation"), ("TRAIN", "VAL"),
            ("trn", "tst"), ("train", "valid"), ("train", "dev"), ("train", "eval"), ("train", "evaluation"),
            ("train", "holdout"), ("train", "held-out"), ("train", "hold_out"), ("training_set", "test_set"),
            ("DIV2K_train_HR", "DIV2K_valid_HR"), ("train2017", "val2017"), ("train2014", "val2017"),
            ("seg_train", "seg_test"),
            ("train_images", "test"), ("trainset", "testset"), ("imagesTr", "imagesTs"), ("train-val", "test"),
        ])
    func names(training: String, heldOut: String) throws {
        let tree = try FileTree("\(training)/a/1.png", "\(training)/b/2.png", "\(heldOut)/a/3.png", "notes.txt")
        #expect(try tree.taken() == ["a/1.png", "b/2.png"])
        #expect(try tree.base() == training)
        #expect(try tree.scan().classes?.names.map(\.description) == ["a", "b"])
        #expect(try tree.taken(.test) == ["a/3.png"])
        #expect(try tree.base(.test) == heldOut)
        #expect(try tree.scan().hasSplits && tree.scan(.test).hasSplits)
        #expect(try tree.scan().leftOut.contains("1 image of other splits (\(heldOut) 1)"))
        #expect(try tree.taken(nil).count == 3)
    }

    @Test(
        "classes that are called like splits are classes",
        arguments: [
            ["train", "car", "ship"], ["cats", "test"], ["train_red", "test_tube"], ["training", "trainer"],
            ["fold1_train", "fold2_test"], ["contest", "constrain"],
        ])
    func noSplits(folders: [String]) throws {
        let tree = try FileTree()
        for folder in folders { try tree.add("\(folder)/1.png") }
        #expect(try tree.taken().count == folders.count)
        #expect(try tree.scan().classes?.names.count == folders.count)
        #expect(try !tree.scan(.test).hasSplits)
        #expect(try tree.taken(.test).count == folders.count)
    }

    @Test("test is evaluated with where it is there, else validation; what belongs to neither is used for nothing")
    func roles() throws {
        let tree = try FileTree("train/1.png", "val/2.png", "test/3.png", "extra/4.png", "5.png")
        #expect(try tree.taken() == ["1.png"])
        #expect(try tree.taken(.test) == ["3.png"])
        #expect(
            try tree.scan().leftOut == [
                "2 images of other splits (test 1, val 1)", "2 images beside the splits (. 1, extra 1)",
            ])
        #expect(try tree.scan(.test).leftOut.first == "2 images of other splits (train 1, val 1)")
    }

    @Test("masks beside the images of a training folder are no training data")
    func masks() throws {
        let tree = try FileTree("train/1.png", "train_masks/1.png", "test/2.png", "test_masks/2.png")
        #expect(try tree.base() == "train" && tree.base(.test) == "test")
        #expect(try tree.taken().count == 1 && tree.taken(.test).count == 1)
    }

    @Test("two domains, each with its split, are trained on together, as classes")
    func domains() throws {
        let tree = try FileTree("trainA/1.png", "trainB/2.png", "testA/3.png", "testB/4.png")
        #expect(try tree.taken() == ["trainA/1.png", "trainB/2.png"])
        #expect(try tree.scan().classes?.names.map(\.description) == ["trainA", "trainB"])
        #expect(try tree.taken(.test) == ["testA/3.png", "testB/4.png"])
    }

    @Test("splits are found in wrapping folders, and inside of each class")
    func deeper() throws {
        let wrapped = try FileTree("set/images/train/a/1.png", "set/images/val/a/2.png", "set/labels/train/1.txt")
        #expect(try wrapped.base() == "set/images/train" && wrapped.taken() == ["a/1.png"])
        #expect(try wrapped.base(.test) == "set/images/val")
        let perClass = try FileTree(
            "bottle/train/good/1.png", "bottle/test/broken/2.png", "cable/train/good/3.png", "cable/test/cut/4.png",
            "loose.png")
        #expect(try perClass.taken() == ["bottle/train/good/1.png", "cable/train/good/3.png", "loose.png"])
        #expect(try perClass.taken(.test) == ["bottle/test/broken/2.png", "cable/test/cut/4.png"])
        #expect(try perClass.scan(.test).classes?.names.map(\.description) == ["bottle", "cable"])
    }

    @Test("a training folder alone counts as the whole: its subfolders are the classes")
    func loneTraining() throws {
        let tree = try FileTree("train/a/1.png", "train/b/2.png", "test/readme.txt", "labels.csv")
        #expect(try tree.base() == "train" && tree.taken() == ["a/1.png", "b/2.png"])
        #expect(try !tree.scan(.test).hasSplits)
        #expect(try tree.taken(.test) == ["a/1.png", "b/2.png"])
    }

    @Test("held-out folders without a training folder are trained on, and that is said")
    func heldOutAlone() throws {
        let one = try FileTree("test/a/1.png", "test/b/2.png")
        #expect(try one.base() == "test" && one.scan().classes?.names.count == 2)
        #expect(try one.scan().notes == ["there is no training folder beside test: all images are trained on"])
        let two = try FileTree("test/1.png", "val/2.png")
        #expect(try two.taken() == ["test/1.png", "val/2.png"])
        #expect(try two.scan().notes == ["there is no training folder beside test and val: all images are trained on"])
    }

    @Test("with a training folder that holds no image, the held-out images are not trained on instead")
    func emptyTraining() throws {
        let tree = try FileTree("train/1.heic", "test/2.png")
        #expect(
            tree.refusal()
                == "ROOT/train: there is no image; expected files that end in .png, .jpg, .jpeg, .jpe, .jfif or .webp, got 1 file "
                + "of another format (.heic 1), 1 image of other splits (test 1); put images there, or give the folder to train "
                + "on itself: images:ROOT/test")
        #expect(try tree.taken(.test) == ["2.png"])
    }
}
