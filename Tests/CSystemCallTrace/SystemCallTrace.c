#define _GNU_SOURCE
#include "system_call_trace.h"

#include <errno.h>

#ifdef __linux__

#include <fcntl.h>
#include <linux/ptrace.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

// The glibc header of the same name and the kernel's exclude each other.
long ptrace(int request, ...);

enum { traceme = 0, detach = 17, continue_to_call = 24, set_options = 0x4200, seize = 0x4206, interrupt = 0x4207 };
enum { call_info = 0x420e };
enum { option_sysgood = 1, option_clone = 8, option_exit_kill = 1 << 20 };

typedef struct {
    const char *path, *output, *part, *suffix;
    char *const *arguments, *const *environment;
    int call, error;
    unsigned seconds;
    sct_outcome *outcome;
} task;

/// In the child, between fork and exec: system calls alone.
static void become(const task *task) {
    setpgid(0, 0);
    int output = open(task->output, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    int nothing = open("/dev/null", O_RDONLY);
    if (output < 0 || nothing < 0) _exit(126);
    dup2(nothing, 0);
    dup2(output, 1);
    dup2(output, 2);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    if (ptrace(traceme, 0, 0, 0) < 0) _exit(125);
    // Outlasts exec; nobody else has to watch the time.
    alarm(task->seconds);
    execve(task->path, task->arguments, task->environment);
    _exit(127);
}

/// Whether a thread is about to open the file that is waited for.
static int opens_file(pid_t thread, const struct ptrace_syscall_info *info, const task *task) {
    uint64_t text, flags;
#ifdef SYS_open
    if (info->entry.nr == SYS_open) {
        text = info->entry.args[0];
        flags = info->entry.args[1];
    } else
#endif
        if (info->entry.nr == SYS_openat) {
        text = info->entry.args[1];
        flags = info->entry.args[2];
    } else {
        return 0;
    }
    if (!(flags & O_CREAT)) return 0;
    char path[4096];
    memset(path, 0, sizeof path);
    struct iovec local = {path, sizeof path - 1}, remote = {(void *)(uintptr_t)text, sizeof path - 1};
    // Up to the end of what is mapped there.
    while (remote.iov_len > 0 && process_vm_readv(thread, &local, 1, &remote, 1, 0) < 0) remote.iov_len /= 2;
    size_t length = strlen(path), ending = strlen(task->suffix);
    return length >= ending && strcmp(path + length - ending, task->suffix) == 0 && strstr(path, task->part) != NULL;
}

static int trace(pid_t process, task *task) {
    pid_t writer = 0;
    int has_begun = 0;
    for (;;) {
        int status;
        // Of this thread's children and tracees alone.
        pid_t thread = waitpid(-1, &status, __WALL | __WNOTHREAD);
        if (thread < 0) {
            if (errno == EINTR) continue;
            return errno;
        }
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (thread != process) continue;
            task->outcome->status = status;
            return WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? ETIMEDOUT : 0;
        }
        int signal = WSTOPSIG(status);
        if (!has_begun) {
            // The stop at exec.
            has_begun = 1;
            if (ptrace(set_options, thread, 0, option_sysgood | option_clone | option_exit_kill) < 0) return errno;
            signal = 0;
        } else if (signal == (SIGTRAP | 0x80)) {
            struct ptrace_syscall_info info;
            memset(&info, 0, sizeof info);
            if (ptrace(call_info, thread, sizeof info, &info) > 0 && info.op == PTRACE_SYSCALL_INFO_ENTRY) {
                if (writer == 0 && opens_file(thread, &info, task)) writer = thread;
                if (thread == writer) {
                    if (task->outcome->calls == task->call) {
                        task->outcome->was_killed = 1;
                        kill(process, SIGKILL);
                        continue;
                    }
                    task->outcome->calls++;
                }
            }
            signal = 0;
        } else if (status >> 16 != 0 || signal == SIGSTOP) {
            // A new thread, as its parent and as it itself tells.
            signal = 0;
        }
        ptrace(continue_to_call, thread, 0, signal);
    }
}

/// ptrace ties a process to the thread that traces it: this one does nothing else.
static void *run(void *argument) {
    task *task = argument;
    pid_t process = fork();
    if (process < 0) {
        task->error = errno;
        return NULL;
    }
    if (process == 0) become(task);
    task->error = trace(process, task);
    if (task->error != 0 && task->error != ETIMEDOUT) {
        // It could not be traced to its end.
        kill(process, SIGKILL);
        waitpid(process, NULL, __WALL);
    }
    // The child could not be traced.
    if (task->error == 0 && WIFEXITED(task->outcome->status) && WEXITSTATUS(task->outcome->status) == 125) {
        task->error = EPERM;
    }
    return NULL;
}

int sct_run(
    const char *path, char *const *arguments, char *const *environment, const char *output, const char *part,
    const char *suffix, int call, unsigned seconds, sct_outcome *outcome) {
    memset(outcome, 0, sizeof *outcome);
    task task = {
        .path = path, .output = output, .part = part, .suffix = suffix, .arguments = arguments,
        .environment = environment, .call = call, .seconds = seconds, .outcome = outcome,
    };
    pthread_t thread;
    int error = pthread_create(&thread, NULL, run, &task);
    if (error != 0) return error;
    pthread_join(thread, NULL);
    return task.error;
}

int sct_hold_thread(pid_t thread) {
    if (ptrace(seize, thread, 0, (long)option_sysgood) < 0) return errno;
    if (ptrace(interrupt, thread, 0, 0) < 0) return errno;
    for (;;) {
        int status;
        if (waitpid(thread, &status, __WALL) < 0) {
            if (errno == EINTR) continue;
            return errno;
        }
        if (!WIFSTOPPED(status)) return ESRCH;
        int signal = WSTOPSIG(status);
        if (signal == (SIGTRAP | 0x80)) {
            struct ptrace_syscall_info info;
            memset(&info, 0, sizeof info);
            if (ptrace(call_info, thread, sizeof info, &info) > 0 && info.op == PTRACE_SYSCALL_INFO_ENTRY
                && info.entry.nr == SYS_write)
                return 0;
            signal = 0;
        } else if (status >> 16 != 0) {
            // The interruption, or its process is stopped.
            signal = 0;
        }
        if (ptrace(continue_to_call, thread, 0, (long)signal) < 0) return errno;
    }
}

int sct_let_go(pid_t thread) { return ptrace(detach, thread, 0, 0) < 0 ? errno : 0; }

#else

int sct_hold_thread(pid_t thread) { return ENOSYS; }

int sct_let_go(pid_t thread) { return ENOSYS; }

int sct_run(
    const char *path, char *const *arguments, char *const *environment, const char *output, const char *part,
    const char *suffix, int call, unsigned seconds, sct_outcome *outcome) {
    return ENOSYS;
}

#endif
