// Which processors a thread may run on, and its name: what Swift's Glibc module does not offer. Linux only; elsewhere no
// processor is known and no name is given.
#ifndef CAFFINITY_H
#define CAFFINITY_H

// Writes the processors that the calling thread may run on, ascending, up to `capacity`; how many there are, 0 where the
// system does not tell.
int caf_allowed_processors(int *processors, int capacity);

// Binds the calling thread, and what it starts later, to these processors; 0, or the error number.
int caf_bind_thread(const int *processors, int count);

// Names the calling thread for the system's tools: at most 15 characters of it.
void caf_name_thread(const char *name);

#endif
