/// Ends a process at a chosen system call, or holds one of its threads, by ptrace(2). Linux alone.
#pragma once

#include <sys/types.h>

/// What came of a traced process.
typedef struct {
    /// System calls of the thread that wrote the file, from the one that opened it until the process ended.
    int calls;
    /// Whether it was killed at the chosen call; else it ended by itself.
    int was_killed;
    /// Its status, as waitpid(2) gives it.
    int status;
} sct_outcome;

/// Starts `path` and kills it by SIGKILL as it enters a system call.
///
/// Calls are counted on the thread that first opens a file for writing whose path ends with `suffix` and holds `part`, from
/// that call on. Call 0 is that opening; the process is killed at call `call` before the kernel has done anything for
/// it. Processes that it starts are not traced. Its output goes to the file `output`.
/// It is killed, too, when the caller dies, and ended after `seconds`.
///
/// - Returns: 0, or an errno: ENOSYS or EPERM where the system has or allows no ptrace, ETIMEDOUT after `seconds`.
int sct_run(
    const char *path, char *const *arguments, char *const *environment, const char *output, const char *part,
    const char *suffix, int call, unsigned seconds, sct_outcome *outcome);

/// Stops one thread of a process, whose others run on, the next time that it enters write(2). Returns when it stands
/// there, before anything is written.
///
/// - Returns: 0, or an errno: ENOSYS or EPERM where the system has or allows no ptrace, ESRCH where the thread has ended.
int sct_hold_thread(pid_t thread);

/// Lets it run on: to be called on the thread that holds it, and before its process ends.
int sct_let_go(pid_t thread);
