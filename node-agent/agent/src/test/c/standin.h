/*
 * A stand-in for NVIDIA's management library: cards that exist only in a text file. What it has of NVML's interface is written
 * after the NVML API Reference Guide, and it is strict: a struct of a wrong version, a handle that is none, or a call before the
 * initialisation is answered by an error, as the real one would.
 *
 * The file is cards.conf beside the library. It is read again whenever it changes, so that a test can let a card heat up, fail or
 * vanish while somebody looks at it. Each line is "key = value"; "#" begins a comment. Keys:
 *
 *   driver, cards           driver version, number of cards (2)
 *   speed                   how much faster time goes for heat and energy (1)
 *   cardN.name, .uuid, .pci, .memory        what it is; memory in MiB
 *   cardN.load, .memory-load                0 to 1
 *   cardN.used                              MiB in use
 *   cardN.processes                         "PID:MiB PID:MiB"
 *   cardN.temperature, .power               instead of what follows from the load
 *   cardN.cooling                           degrees per unit of load above 35 (45)
 *   cardN.xids                              "1:79 2:13": Xids by a running number; each number happens once
 *   cardN.lost                              status of every call: 15 lost, 16 reset required
 *   cardN.stall                             milliseconds that every call takes
 *   cardN.unsupported                       names of functions that answer "not supported"
 *   cardN.ecc                               corrected, uncorrected, and the same over the card's life
 *   cardN.rows                              replaced for mendable errors, for others, pending, failed
 *   cardN.pcie                              generation, width, their maxima, packets sent again
 *   cardN.links, .links-down                number of NVLinks, bits of those that are down
 *   cardN.recoveries, .checksums            recoveries and checksum errors on the first NVLink
 *   cardN.mig                               number of instances; -1: cannot be cut (as consumer cards)
 *   cardN.recovery                          advice of the driver
 */
#ifndef STANDIN_H
#define STANDIN_H

#include <stddef.h>
#include <stdint.h>

#define API __attribute__((visibility("default")))
#define MOST_CARDS 8
#define MOST_INSTANCES 7

/* nvmlReturn_t */
enum {
    SUCCESS = 0,
    UNINITIALIZED = 1,
    INVALID_ARGUMENT = 2,
    NOT_SUPPORTED = 3,
    NOT_FOUND = 6,
    INSUFFICIENT_SIZE = 7,
    TIMED_OUT = 10,
    LOST = 15,
    VERSION_MISMATCH = 25
};

struct card {
    int index;
    char name[96], uuid[96], pci[32];
    double memory, used, load, memory_load, temperature, power, cooling;
    char processes[2048], xids[512], unsupported[1024];
    int lost, stall, links, links_down, mig, recovery;
    long recoveries, checksums;
    long ecc[4], rows[4], pcie[5];
    /* What follows from time. */
    double heat, energy, seen;
    int last_xid;
};

/* An instance of a card that is cut up; its address is its handle, as that of a card is. */
struct instance {
    struct card *card;
    int number;
};

/* Takes the lock of everything, reads the file if it has changed, and lets time pass. */
int enter(void);
void leave(void);
int leave_with(int status);

/* Begins a question to a card: SUCCESS if it may be answered. In any case the lock is held afterwards. */
int ask(const void *handle, const char *function, struct card **card);

struct card *card_of(const void *handle);
struct instance *instance_of(const void *handle);
struct card *card_at(int index);
struct instance *instance_at(struct card *card, int number);
int number_of_cards(void);
const char *driver_version(void);
int clock_now(const struct card *card);
double watts(const struct card *card);
double degrees(const struct card *card);
unsigned long long clock_reasons(const struct card *card);

/* configuration.c */
int configuration_changed(void);
void configuration_read(int *cards, double *speed, char *driver, struct card *all);
void configuration_report(const char *text);

#define POWER_LIMIT 700.0
#define POWER_AT_REST 70.0
#define CLOCK_MOST 1980
#define SLOWDOWN_DEGREES 87.0

#endif
