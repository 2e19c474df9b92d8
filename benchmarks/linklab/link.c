/* A line with a given rate, delay, loss and queue between two network namespaces, for kernels without netem.
 *
 *   link NAMESPACE_A NAMESPACE_B RATE_MBIT ONE_WAY_MS LOSS_PERCENT QUEUE_MS [SEED]
 *
 * Makes a tun0 in both namespaces and carries packets between them, so the TCP on top is the kernel's own.
 * Prints "up" when ready; on SIGTERM prints what it carried and dropped per direction.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define SLOTS 65536
#define SECOND 1000000000LL

struct packet { char *data; int length; int64_t due; };

struct direction {
    struct packet waiting[SLOTS];
    unsigned head, tail;
    int64_t line_free;          /* when the last accepted packet has left the line */
    int out;
    unsigned long carried, lost, overflowed;
};

static volatile sig_atomic_t stopping;

static void stop(int signal_number) { (void)signal_number; stopping = 1; }

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}

static int open_tun(const char *name) {
    char path[128];
    struct ifreq request = {0};
    snprintf(path, sizeof path, "/var/run/netns/%s", name);
    int space = open(path, O_RDONLY);
    if (space < 0 || setns(space, CLONE_NEWNET)) { perror(path); exit(1); }
    int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    strcpy(request.ifr_name, "tun0");
    if (tun < 0 || ioctl(tun, TUNSETIFF, &request)) { perror("tun0"); exit(1); }
    return tun;
}

/* Puts one packet on the line, or drops it at random or because the queue is full. */
static void accept_packet(struct direction *d, const char *data, int length, double rate, int64_t delay, double loss,
                          int64_t queue) {
    int64_t t = now(), begin = d->line_free > t ? d->line_free : t;
    if (loss > 0 && drand48() < loss) { d->lost++; return; }
    if (begin - t > queue || d->head - d->tail >= SLOTS - 1) { d->overflowed++; return; }
    d->line_free = begin + (int64_t)(length * (double)SECOND / rate);
    struct packet *slot = &d->waiting[d->head++ % SLOTS];
    slot->data = malloc(length);
    memcpy(slot->data, data, length);
    slot->length = length;
    slot->due = d->line_free + delay;
}

/* Hands over what is due; gives the time of the next packet. */
static int64_t deliver(struct direction *d) {
    int64_t t = now();
    while (d->tail != d->head) {
        struct packet *slot = &d->waiting[d->tail % SLOTS];
        if (slot->due > t) return slot->due;
        if (write(d->out, slot->data, slot->length) > 0) d->carried++;
        free(slot->data);
        d->tail++;
    }
    return INT64_MAX;
}

int main(int count, char **words) {
    if (count < 7) { fprintf(stderr, "link NS_A NS_B RATE_MBIT ONE_WAY_MS LOSS_PERCENT QUEUE_MS [SEED]\n"); return 2; }
    int tuns[2] = {open_tun(words[1]), open_tun(words[2])};
    double rate = atof(words[3]) * 1e6 / 8, loss = atof(words[5]) / 100;
    int64_t delay = (int64_t)(atof(words[4]) * 1e6), queue = (int64_t)(atof(words[6]) * 1e6);
    struct direction *lines[2] = {calloc(1, sizeof **lines), calloc(1, sizeof **lines)};
    lines[0]->out = tuns[1];
    lines[1]->out = tuns[0];
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    srand48(count > 7 ? atoi(words[7]) : 42);
    int poll = epoll_create1(0), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    int watched[3] = {tuns[0], tuns[1], timer};
    for (int i = 0; i < 3; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        epoll_ctl(poll, EPOLL_CTL_ADD, watched[i], &event);
    }
    puts("up");
    fflush(stdout);
    static char buffer[65536];
    while (!stopping) {
        struct epoll_event events[8];
        uint64_t expirations;
        epoll_wait(poll, events, 8, 200);
        if (read(timer, &expirations, sizeof expirations) < 0) { /* not the timer that woke us */ }
        for (int i = 0; i < 2; i++)
            for (int burst = 0; burst < 256; burst++) {
                int length = read(tuns[i], buffer, sizeof buffer);
                if (length <= 0) break;
                accept_packet(lines[i], buffer, length, rate, delay, loss, queue);
            }
        int64_t first = deliver(lines[0]), second = deliver(lines[1]), next = first < second ? first : second;
        if (next != INT64_MAX) {
            struct itimerspec at = {.it_value = {next / SECOND, next % SECOND}};
            timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
        }
    }
    for (int i = 0; i < 2; i++)
        fprintf(stderr, "direction %d: carried %lu lost %lu overflowed %lu\n", i, lines[i]->carried, lines[i]->lost,
                lines[i]->overflowed);
    return 0;
}
