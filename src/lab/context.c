/* Changing from one stack to another. In the lab.
 *
 * By hand on x86-64 and aarch64: what a function call must preserve is stored
 * on the old stack and loaded from the new one, about 20 instructions. Rounding
 * modes and the like are left alone: nothing here changes them. Elsewhere, and
 * where the processor keeps a second stack of return addresses (CET), it is
 * swapcontext(), which costs two system calls more. */
#include "lab/context.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__x86_64__) && defined(__LP64__) &&                                \
    !(defined(__CET__) && __CET__ & 2)
#define BY_HAND 1
#elif defined(__aarch64__)
#define BY_HAND 1
#else
#define BY_HAND 0
#include <ucontext.h>
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define WITH_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define WITH_TSAN 1
#endif

#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef WITH_TSAN
#include <sanitizer/tsan_interface.h>
#endif

struct context {
#if BY_HAND
    void *sp; /* while it does not run: everything else is stored there */
#else
    ucontext_t saved;
#endif
    void *map; /* guard page and stack; NULL: the thread's own */
    size_t map_bytes;
    void (*entry)(void *arg);
    void *arg;
    /* For the sanitizers, which watch stacks. */
    const void *stack;
    size_t stack_bytes;
    void *fake_stack;
    void *fiber;
};

/* ---- for the sanitizers ------------------------------------------------- */

/* Whoever switched to the one that runs now. */
static _Thread_local struct context *came_from;

/* Inlined for certain: ThreadSanitizer counts calls and returns on each stack.
 */
__attribute__((always_inline)) static inline void
switching(struct context *from, struct context *to, bool for_good)
{
    came_from = from;
#ifdef WITH_ASAN
    __sanitizer_start_switch_fiber(for_good ? NULL : &from->fake_stack,
                                   to->stack, to->stack_bytes);
#endif
#ifdef WITH_TSAN
    __tsan_switch_to_fiber(to->fiber, 0);
#endif
    (void)to;
    (void)for_good;
}

/* First thing after a switch to @self. The thread's own stack becomes known
 * when it is left for the first time. */
__attribute__((always_inline)) static inline void switched(struct context *self)
{
#ifdef WITH_ASAN
    const void *stack;
    size_t bytes;

    __sanitizer_finish_switch_fiber(self->fake_stack, &stack, &bytes);
    if (!came_from->map) {
        came_from->stack = stack;
        came_from->stack_bytes = bytes;
    }
#endif
    (void)self;
}

static void fiber_make(struct context *c)
{
#ifdef WITH_TSAN
    c->fiber = c->map ? __tsan_create_fiber(0) : __tsan_get_current_fiber();
#endif
    (void)c;
}

static void fiber_free(struct context *c)
{
#ifdef WITH_TSAN
    if (c->map)
        __tsan_destroy_fiber(c->fiber);
#endif
#ifdef WITH_ASAN
    if (c->map) /* what was on the stack never returned */
        __asan_unpoison_memory_region(c->stack, c->stack_bytes);
#endif
    (void)c;
}

/* ---- the change --------------------------------------------------------- */

/* The first function on a new stack. */
__attribute__((used)) _Noreturn static void context_begin(struct context *c)
{
    switched(c);
    c->entry(c->arg);
    abort(); /* it must leave */
}

#if BY_HAND

/* Store on the stack, put its address to *@sp, take @to for it, load from
 * there. A new context "returns" into context_first, with itself in the
 * register that the code there hands on. */
void context_change(void **sp, void *to);
void context_first(void);

#if defined(__x86_64__)
#define SAVED 7      /* rbp, rbx, r12 to r15, and the return address */
#define SAVED_SELF 3 /* r12's place */
#define SAVED_RETURN 6
__asm__(".text\n"
        ".p2align 4\n"
        ".globl context_change\n"
        ".hidden context_change\n"
        ".type context_change, @function\n"
        "context_change:\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    ret\n"
        ".size context_change, .-context_change\n"
        ".globl context_first\n"
        ".hidden context_first\n"
        ".type context_first, @function\n"
        "context_first:\n"
        "    .cfi_startproc\n"
        "    .cfi_undefined rip\n" /* nobody called this: traces end here */
        "    movq %r12, %rdi\n"
        "    call context_begin\n"
        "    ud2\n"
        "    .cfi_endproc\n"
        ".size context_first, .-context_first\n");
#elif defined(__aarch64__)
#define SAVED 20        /* x19 to x30, d8 to d15 */
#define SAVED_SELF 0    /* x19's place */
#define SAVED_RETURN 11 /* x30's */
__asm__(".text\n"
        ".p2align 4\n"
        ".globl context_change\n"
        ".hidden context_change\n"
        ".type context_change, %function\n"
        "context_change:\n"
        "    sub sp, sp, #160\n"
        "    stp x19, x20, [sp, #0]\n"
        "    stp x21, x22, [sp, #16]\n"
        "    stp x23, x24, [sp, #32]\n"
        "    stp x25, x26, [sp, #48]\n"
        "    stp x27, x28, [sp, #64]\n"
        "    stp x29, x30, [sp, #80]\n"
        "    stp d8, d9, [sp, #96]\n"
        "    stp d10, d11, [sp, #112]\n"
        "    stp d12, d13, [sp, #128]\n"
        "    stp d14, d15, [sp, #144]\n"
        "    mov x9, sp\n"
        "    str x9, [x0]\n"
        "    mov sp, x1\n"
        "    ldp x19, x20, [sp, #0]\n"
        "    ldp x21, x22, [sp, #16]\n"
        "    ldp x23, x24, [sp, #32]\n"
        "    ldp x25, x26, [sp, #48]\n"
        "    ldp x27, x28, [sp, #64]\n"
        "    ldp x29, x30, [sp, #80]\n"
        "    ldp d8, d9, [sp, #96]\n"
        "    ldp d10, d11, [sp, #112]\n"
        "    ldp d12, d13, [sp, #128]\n"
        "    ldp d14, d15, [sp, #144]\n"
        "    add sp, sp, #160\n"
        "    ret\n"
        ".size context_change, .-context_change\n"
        ".globl context_first\n"
        ".hidden context_first\n"
        ".type context_first, %function\n"
        "context_first:\n"
        "    .cfi_startproc\n"
        "    .cfi_undefined x30\n" /* nobody called this: traces end here */
        "    mov x0, x19\n"
        "    bl context_begin\n"
        "    brk #1\n"
        "    .cfi_endproc\n"
        ".size context_first, .-context_first\n");
#endif

static void stack_begin(struct context *c)
{
    /* Aligned to 16 when everything has been loaded, as before any call. */
    uint64_t *top = (uint64_t *)(void *)((char *)c->map + c->map_bytes) - 2;
    uint64_t *place = top - SAVED;

    place[SAVED_SELF] = (uint64_t)(uintptr_t)c;
    place[SAVED_RETURN] = (uint64_t)(uintptr_t)context_first;
    c->sp = place;
}

static void change(struct context *from, struct context *to)
{
    context_change(&from->sp, to->sp);
}

#else

static void begin_in_halves(unsigned high, unsigned low)
{
    context_begin((struct context *)(uintptr_t)((uint64_t)high << 32 | low));
}

static void stack_begin(struct context *c)
{
    uint64_t self = (uint64_t)(uintptr_t)c;

    getcontext(&c->saved);
    c->saved.uc_stack.ss_sp = (void *)(uintptr_t)c->stack;
    c->saved.uc_stack.ss_size = c->stack_bytes;
    c->saved.uc_link = NULL;
    makecontext(&c->saved, (void (*)(void))(void *)begin_in_halves, 2,
                (unsigned)(self >> 32), (unsigned)self);
}

static void change(struct context *from, struct context *to)
{
    swapcontext(&from->saved, &to->saved);
}

#endif

void context_switch(struct context *from, struct context *to)
{
    switching(from, to, false);
    change(from, to);
    switched(from);
}

_Noreturn void context_leave(struct context *from, struct context *to)
{
    switching(from, to, true);
    change(from, to);
    abort(); /* somebody went on where nobody was any more */
}

/* ---- life --------------------------------------------------------------- */

struct context *context_of_thread(void)
{
    struct context *c = calloc(1, sizeof(*c));

    if (c)
        fiber_make(c);
    return c;
}

struct context *context_new(size_t stack_bytes, void (*entry)(void *arg),
                            void *arg)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct context *c = calloc(1, sizeof(*c));
    char *map;

    if (!c)
        return NULL;
    stack_bytes = (stack_bytes + page - 1) / page * page;
    /* Pages that are never touched cost nothing. */
    map = mmap(NULL, page + stack_bytes, PROT_NONE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (map == MAP_FAILED) {
        free(c);
        return NULL;
    }
    if (mprotect(map + page, stack_bytes, PROT_READ | PROT_WRITE) < 0) {
        int error = errno;

        munmap(map, page + stack_bytes);
        free(c);
        errno = error;
        return NULL;
    }
    c->map = map;
    c->map_bytes = page + stack_bytes;
    c->stack = map + page;
    c->stack_bytes = stack_bytes;
    c->entry = entry;
    c->arg = arg;
    fiber_make(c);
    stack_begin(c);
    return c;
}

void context_free(struct context *c)
{
    if (!c)
        return;
    fiber_free(c);
    if (c->map)
        munmap(c->map, c->map_bytes);
    free(c);
}
