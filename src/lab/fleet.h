/* The fleet: hosts that are asked for their statistics, each a real TCP
 * listener on an address of its own, 127.77.x.y, all at one port. Inside the
 * lab only: the coordinator opens the hosts, a process of its own serves them
 * (fleet_server.c), workers ask them (work_fleet.c).
 *
 * Linux owns all of 127/8: the addresses need no set-up and no rights, and the
 * packets never leave the machine. The port is one that the kernel found free,
 * so that runs at the same moment do not meet. */
#ifndef LAB_FLEET_H
#define LAB_FLEET_H

#include <netinet/in.h>
#include <stdint.h>

#include "lab/worker.h"

#define FLEET_REQUEST "STAT\n"
#define FLEET_REQUEST_BYTES 5

enum fleet_kind {
    FLEET_ANSWERS,
    FLEET_REFUSES, /* its address is bound, but nobody listens: RST */
    FLEET_SILENT   /* takes the request and never answers */
};

/* The arena's .work: made by the coordinator before anybody else exists, and
 * read only from then on, except .scene. */
struct fleet {
    int32_t hosts;
    in_port_t port; /* as the network wants it */
    int listener[SCENE_HOSTS];
    uint8_t kind[SCENE_HOSTS]; /* enum fleet_kind */
    /* Written by the serving process, and by the coordinator when that one is
     * no more. */
    struct scene scene;
};

struct sockaddr_in fleet_address(const struct fleet *f, int host);

/* Who fails is drawn by the seed: --failures per cent of the hosts, rounded,
 * half of them silent (the larger half) and half refusing. */
void fleet_plan(const struct spec *spec, uint8_t kind[SCENE_HOSTS]);

/* How long @host takes for the request it gets as its @nth, from 0: latency
 * and a triangular jitter, scaled. */
int64_t fleet_delay_ns(const struct spec *spec, int host, uint32_t nth);

/* What @host answers: bytes from @offset on of a pattern of its own, so that
 * bytes missing, doubled or of another host give another sum. */
void fleet_answer(int host, int64_t offset, char *out, int64_t bytes);
/* The sum of @host's answer of @bytes, below 2^53. */
uint64_t fleet_answer_sum(int host, int64_t bytes);

/* Bind and listen. 0 or a negative errno with a sentence. */
int fleet_open(struct fleet *f, const struct spec *spec, struct err *err);
void fleet_close(struct fleet *f);

/* struct workload.serve: does not return; leaves by _exit() when it cannot go
 * on. */
void fleet_serve(struct worker *self);

#endif
