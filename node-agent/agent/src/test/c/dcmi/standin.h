/*
 * A stand-in for the management library of Ascend cards (libdcmi.so): chips that exist only in a text file. What it has of DCMI's
 * interface is written after dcmi_interface_api.h, and it is strict: a call before dcmi_init, a card or a device that is not
 * there, a pointer to nothing, a list that is too long, a kind of utilisation that the chip does not tell, a second subscription
 * in one process are answered by the documented error.
 *
 * The file is cards.conf beside the library. It is read again whenever it changes, so that a test can let a chip heat up, fail or
 * drop off while somebody looks at it. Each line is "key = value"; "#" begins a comment. N is the chip's logic id. Keys:
 *
 *   chip                    910B3, 910 (two chips on each card) or 310P3 (no HBM, power and dies); as HEARTH_STANDIN_SOC says
 *   chips                   number of chips (HEARTH_STANDIN_DEVICES, 1)
 *   chips-per-card          2 for 910, else 1
 *   driver                  driver version (HEARTH_STANDIN_DRIVER, 25.0.rc1)
 *   speed                   how much faster time goes for heat (1)
 *   permitted               0: whoever asks may not use the cards
 *   chipN.pci, .die         what tells it from others; a die id of five hexadecimal numbers
 *   chipN.logic             its logic id, if that is not N
 *   chipN.memory            MiB (HEARTH_STANDIN_MEMORY_MIB, 65536)
 *   chipN.used              MiB in use
 *   chipN.load, .vector, .traffic           0 to 1: matrix units, vector units, memory bandwidth
 *   chipN.temperature, .power, .clock       instead of what follows from the load: degrees, watts, megahertz
 *   chipN.cooling                           degrees per unit of load above 35 (30)
 *   chipN.processes                         "PID:MiB PID:MiB"
 *   chipN.health                            0 well, 1 minor, 2 major, 3 critical
 *   chipN.errors                            "80E18402 81078603": codes that are so now
 *   chipN.events                            "1:80CB8009:2:1": running number, code, assertion, severity; each number once
 *   chipN.ecc                               single, double, both over its life, pages taken out of use for either
 *   chipN.lost                              1: dropped off; every call answers -8012
 *   chipN.stall                             milliseconds that every call takes
 *   chipN.unsupported                       names of functions that answer "not supported"
 *
 * Without a file the first chip shows what really runs: see processes.c.
 */
#ifndef STANDIN_H
#define STANDIN_H

#include <stddef.h>
#include <stdint.h>

#define API __attribute__((visibility("default")))
#define MOST_CHIPS 16
#define MOST_PROCESSES 32

enum {
    OK = 0,
    INVALID_PARAMETER = -8001,
    NOT_PERMITTED = -8002,
    INNER_ERROR = -8005,
    INVALID_DEVICE = -8007,
    NOT_READY = -8012,
    NOT_SUPPORTED = -8255
};

enum kind { A2, A3, P310 };

struct chip {
    int number, logic;
    char pci[32], die[64], unsupported[1024], processes[2048], errors[1024], events[1024];
    double memory, used, load, vector, traffic, temperature, power, clock, cooling;
    int health, lost, stall;
    long ecc[6];
    /* What follows from time. */
    double heat, seen;
    int last_event;
};

struct settings {
    enum kind kind;
    char chip[12], driver[64];
    int chips, per_card, permitted;
    double speed;
};

/* Takes the lock of everything, reads the file if it has changed, and lets time pass: OK if questions may be answered. */
int enter(void);
void leave(void);
int leave_with(int status);

/* Begins a question to a chip: OK if it may be answered. In any case the lock is held afterwards. */
int ask(int card_id, int device_id, const char *function, struct chip **chip);

struct chip *chip_at(int number);
struct chip *chip_with_logic(int logic);
const struct settings *settings(void);
void standin_initialised(void);
double degrees(const struct chip *chip);
double watts(const struct chip *chip);
int clock_now(const struct chip *chip);
int clock_rated(void);

/* processes.c */
void processes_look(struct chip *chip, double now);

/* configuration.c */
int configuration_there(void);
int configuration_changed(void);
void configuration_read(struct settings *all, struct chip *chips);
void configuration_report(const char *text);

/* Each answer begins with this; the lock is held where the question may be answered. */
#define ASK(valid)                                             \
    struct chip *chip;                                         \
    int status = ask(card_id, device_id, __func__, &chip);     \
    if (status != OK || !(valid)) {                            \
        return leave_with(status ? status : INVALID_PARAMETER); \
    }

#endif
