/* A flow of control with a stack of its own, and the change from one to
 * another without the kernel. In the lab; all contexts of one thread.
 *
 * Which signals are blocked belongs to the thread: unlike swapcontext() a
 * switch does not touch it, which is what makes it cheap. */
#ifndef LAB_CONTEXT_H
#define LAB_CONTEXT_H

#include <stddef.h>

struct context;

/* The calling thread's own flow, to come back to. NULL: no memory. */
struct context *context_of_thread(void);
/* A new flow that will run @entry(@arg) on @stack_bytes of its own, below which
 * lies a page that nobody may touch. It must end with context_leave(). NULL
 * with errno when there is no memory. */
struct context *context_new(size_t stack_bytes, void (*entry)(void *arg),
                            void *arg);
/* NULL is fine. Not the one that is running. */
void context_free(struct context *c);

/* Go on in @to; returns when somebody switches back to @from, which is the one
 * that runs now. */
void context_switch(struct context *from, struct context *to);
/* The same, never to come back. */
_Noreturn void context_leave(struct context *from, struct context *to);

#endif
