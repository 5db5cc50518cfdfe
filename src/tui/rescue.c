/* A crash must not leave a terminal in which nothing can be typed. What gives
 * it back is made ready beforehand: the handler only writes and sets modes,
 * both safe at any instant. Screen process. */
#include "tui/rescue.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static struct {
    bool begun;
    volatile sig_atomic_t suspended;
    pid_t pid; /* whose crash it is */
    struct termios modes;
    size_t length;
    char bytes[RESCUE_BYTES];
} rescue;

static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS};
#define CRASHES (sizeof(crashes) / sizeof(crashes[0]))
static struct sigaction before[CRASHES];

static void crash(int number)
{
    if (!rescue.suspended && rescue.pid == getpid()) {
        ssize_t n = write(STDOUT_FILENO, rescue.bytes, rescue.length);

        (void)n;
        tcsetattr(STDIN_FILENO, TCSANOW, &rescue.modes);
    }
    for (size_t i = 0; i < CRASHES; i++)
        if (crashes[i] == number)
            sigaction(number, &before[i], NULL);
    raise(number); /* waits until this handler has returned */
}

void rescue_begin(const char *bytes, size_t length, const struct termios *modes)
{
    struct sigaction act = {.sa_handler = crash};

    rescue.length = length < RESCUE_BYTES ? length : RESCUE_BYTES;
    memcpy(rescue.bytes, bytes, rescue.length);
    rescue.modes = *modes;
    rescue.pid = getpid();
    rescue.suspended = false;
    rescue.begun = true;
    for (size_t i = 0; i < CRASHES; i++)
        sigaction(crashes[i], &act, &before[i]);
}

void rescue_suspend(bool suspended)
{
    rescue.suspended = suspended;
}

void rescue_end(void)
{
    if (!rescue.begun)
        return;
    rescue.begun = false;
    for (size_t i = 0; i < CRASHES; i++)
        sigaction(crashes[i], &before[i], NULL);
}
