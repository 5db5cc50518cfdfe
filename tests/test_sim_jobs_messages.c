/* Job files: what is said about lines that are wrong. One sentence, with line
 * and column, and what would be right. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/rows.h"
#include "sim/jobs.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* The sentence begins with "t:" and then: */
// clang-format off
static const struct message {
    const char *source, *want;
} messages[] = {
    {"A",
     "1:1: \"A\" has nothing to do; write for how long it "
     "computes, such as A 10"},
    {"A @2",
     "1:1: \"A\" has nothing to do; write for how long it "
     "computes, such as A 10"},
    {"A nice=5",
     "1:1: \"A\" has nothing to do; write for how long it "
     "computes, such as A 10"},
    {"AB nice=5 @2",
     "1:1: \"AB\" has nothing to do; write for how long it "
     "computes, such as AB 10"},
    {"10",
     "1:1: a job begins with its name, such as A 10"},
    {"3 io:5",
     "1:1: a job begins with its name, such as A 3"},
    {"-5",
     "1:1: a job begins with its name, such as A -5"},
    {"A -5",
     "1:3: \"-5\" is negative; a time is 0 or more"},
    {"A +5",
     "1:3: \"+5\" is no time; write milliseconds, or a unit, "
     "such as 4 or 4us"},
    {"A 1e3",
     "1:3: \"1e3\" has an unknown unit; there are ns, us, "
     "ms and s"},
    {"A 1.2.3",
     "1:3: \"1.2.3\" is no time; write milliseconds, or a "
     "unit, such as 4 or 4us"},
    {"A .",
     "1:3: \".\" is no time; write milliseconds, or a unit, "
     "such as 4 or 4us"},
    {"A 5x",
     "1:3: \"5x\" has an unknown unit; there are ns, us, ms "
     "and s"},
    {"A 5 min",
     "1:5: \"min\" is nothing a job does: a time, io:5, sleep:5, "
     "lock:m, unlock:m, period, x10; another job begins in "
     "a new line or after '|'"},
    {"A 5m",
     "1:3: \"5m\" has an unknown unit; there are ns, us, ms "
     "and s"},
    {"A 5h",
     "1:3: \"5h\" has an unknown unit; there are ns, us, ms "
     "and s"},
    {"A 1.1234567",
     "1:3: \"1.1234567\" has more than six decimals"},
    {"A 1.5ns",
     "1:3: \"1.5ns\" is not a whole number of nanoseconds"},
    {"A 0.0000001s",
     "1:3: \"0.0000001s\" has more than six decimals"},
    {"A 0.1us 0.0001us",
     "1:9: \"0.0001us\" is not a whole number of nanoseconds"},
    {"A 9007199254740992",
     "1:3: \"9007199254740992\" is longer than 104 days"},
    {"A 9007199255",
     "1:3: \"9007199255\" is longer than 104 days"},
    {"A 104d",
     "1:3: \"104d\" has an unknown unit; there are ns, us, "
     "ms and s"},
    {"A 99999999999999999999999999",
     "1:3: \"99999999999999999999999999\" is longer than 104 "
     "days"},
    {"A 5s99999999999",
     "1:3: \"5s99999999999\" has an unknown unit; there are "
     "ns, us, ms and s"},
    {"A 5000000000 5000000000",
     "1:1: all it does takes longer than 104 days"},
    {"A 10000000 x1000",
     "1:1: all it does takes longer than 104 days"},
    {"A 1 @9007199254",
     "1:1: all it does takes longer than 104 days"},
    {"A io:",
     "1:6: \"io:\" needs a time, such as io:5"},
    {"A io",
     "1:3: io needs to be told how long, such as io:5"},
    {"A io:x",
     "1:6: \"x\" is no time; write milliseconds, or a unit, "
     "such as io:5 or io:5us"},
    {"A io:-1",
     "1:6: \"-1\" is negative; a time is 0 or more"},
    {"A io:5,6",
     "1:6: \"5,6\" has an unknown unit; there are ns, us, "
     "ms and s"},
    {"A sleep",
     "1:3: sleep needs to be told how long, such as sleep:5"},
    {"A sleep:",
     "1:9: \"sleep:\" needs a time, such as sleep:5"},
    {"A sleep:1e9",
     "1:9: \"1e9\" has an unknown unit; there are ns, us, "
     "ms and s"},
    {"A lock",
     "1:3: lock needs to be told which lock, such as lock:m"},
    {"A unlock",
     "1:3: unlock needs to be told which lock, such as unlock:m"},
    {"A 1 lock:",
     "1:10: a lock's name is missing"},
    {"A 1 lock:1m",
     "1:10: \"1m\" cannot be a lock's name: it must begin "
     "with a letter"},
    {"A 1 lock:m*",
     "1:11: \"m*\" cannot be a lock's name: it consists of "
     "letters, digits, '_', '-' and '.'"},
    {"A 1 lock:abcdefghijklmnopqrstuvwxyz unlock:abcdefghijklmnopqrstuvwxyz",
     "1:10: \"abcdefghijklmnopqrstuvwxyz\" is too long for "
     "a lock's name: 23 bytes at most"},
    {"A lock:m 1 lock:m",
     "1:12: it has m already and would wait for itself for "
     "ever; unlock:m must come before"},
    {"A lock:m 1",
     "1:1: it still has m at its end, and nobody else would "
     "ever get it; add unlock:m"},
    {"A 1 unlock:m",
     "1:5: it does not have m here; lock:m must come before"},
    {"A lock:m 1 unlock:n unlock:m",
     "1:12: it does not have n here; lock:n must come before"},
    {"A lock:m 1 x2 unlock:m",
     "1:12: \"x2\" would begin with other locks than it ended "
     "with; take and give them within the same lap"},
    {"A lock:m unlock:m x5",
     "1:19: what \"x5\" repeats takes no time; give it some, "
     "such as 1us"},
    {"A 0 x3",
     "1:5: what \"x3\" repeats takes no time; give it some, "
     "such as 1us"},
    {"A x3",
     "1:3: there is nothing before \"x3\" to repeat; write "
     "the steps first, such as 3 io:5 x10"},
    {"A 1 x3 x3",
     "1:8: there is nothing before \"x3\" to repeat; write "
     "the steps first, such as 3 io:5 x10"},
    {"A 1 x0",
     "1:5: \"x0\" says how many times all before it is done: "
     "x1 to x1000000000"},
    {"A 1 x-1",
     "1:5: \"x-1\" says how many times all before it is done: "
     "x1 to x1000000000"},
    {"A 1 x1000000001",
     "1:5: \"x1000000001\" says how many times all before "
     "it is done: x1 to x1000000000"},
    {"A 1 x99999999999999999999",
     "1:5: \"x99999999999999999999\" says how many times all "
     "before it is done: x1 to x1000000000"},
    {"A 1 x1.5",
     "1:5: \"x1.5\" says how many times all before it is done: "
     "x1 to x1000000000"},
    {"A 1 x3y",
     "1:5: \"x3y\" says how many times all before it is done: "
     "x1 to x1000000000"},
    {"A 1 x",
     "1:5: \"x\" is nothing a job does: a time, io:5, sleep:5, "
     "lock:m, unlock:m, period, x10; another job begins in "
     "a new line or after '|'"},
    {"A 1 period",
     "1:5: \"period\" waits for the next period: say how long "
     "one is, such as period=10"},
    {"A 1 period=10",
     "1:5: it has a period but never waits for the next one; "
     "add the word period, such as 3 period x100"},
    {"A 1 period period=0",
     "1:19: period must be longer than 0"},
    {"A 1 period period=10 deadline=0",
     "1:31: deadline must be longer than 0"},
    {"A 1 period period=",
     "1:19: period needs a value, such as period=10"},
    {"A 1 period period=-3",
     "1:19: \"-3\" is negative; a time is 0 or more"},
    {"A 1 period period=never",
     "1:19: \"never\" is no time; write milliseconds, or a "
     "unit, such as period=10 or period=10us"},
    {"A 1 perid period=10",
     "1:5: \"perid\" is nothing a job does: a time, io:5, "
     "sleep:5, lock:m, unlock:m, period, x10; another job "
     "begins in a new line or after '|'"},
    {"A 1 period x1000000000 period=1s",
     "1:1: all it does takes longer than 104 days"},
    {"A 1 deadline=soon",
     "1:14: \"soon\" is no time; write milliseconds, or a "
     "unit, such as deadline=8 or deadline=8us"},
    {"A 1 nice=20",
     "1:10: nice is a whole number from -20 to 19, not \"20\""},
    {"A 1 nice=-21",
     "1:10: nice is a whole number from -20 to 19, not \"-21\""},
    {"A 1 nice=1.5",
     "1:10: nice is a whole number from -20 to 19, not \"1.5\""},
    {"A 1 nice=",
     "1:10: nice needs a value, such as nice=5"},
    {"A 1 nice=5 nice=6",
     "1:12: nice is given twice; leave one of them out"},
    {"A 1 nice=+5",
     "1:10: nice is a whole number from -20 to 19, not \"+5\""},
    {"A 1 nic=5",
     "1:5: jobs have no setting \"nic\"; did you mean nice?"},
    {"A 1 =5",
     "1:5: jobs have no setting \"\"; there are nice, priority, "
     "tickets, period, deadline, cpus, set and gang"},
    {"A 1 priority=100",
     "1:14: priority is a whole number from 0 to 99, not \"100\""},
    {"A 1 priority=-1",
     "1:14: priority is a whole number from 0 to 99, not \"-1\""},
    {"A 1 prio=3",
     "1:5: jobs have no setting \"prio\"; did you mean priority?"},
    {"A 1 tickets=1000001",
     "1:13: tickets is a whole number from 0 to 1000000, not "
     "\"1000001\""},
    {"A 1 tickets=-1",
     "1:13: tickets is a whole number from 0 to 1000000, not "
     "\"-1\""},
    {"A 1 tickets=99999999999999999999",
     "1:13: tickets is a whole number from 0 to 1000000, not "
     "\"99999999999999999999\""},
    {"A 1 set=-1",
     "1:9: set is a whole number from 0 to 1000000000, not "
     "\"-1\""},
    {"A 1 set=1000000001",
     "1:9: set is a whole number from 0 to 1000000000, not "
     "\"1000000001\""},
    {"A 1 cpus=",
     "1:10: cpus needs a value, such as cpus=0,2-3"},
    {"A 1 cpus=x",
     "1:10: cpus names CPUs from 0 to 1023, such as cpus=0,2-3, "
     "not \"x\""},
    {"A 1 cpus=1024",
     "1:10: cpus names CPUs from 0 to 1023, such as cpus=0,2-3, "
     "not \"1024\""},
    {"A 1 cpus=0-1024",
     "1:10: cpus names CPUs from 0 to 1023, such as cpus=0,2-3, "
     "not \"0-1024\""},
    {"A 1 cpus=0-99999999",
     "1:10: cpus names CPUs from 0 to 1023, such as cpus=0,2-3, "
     "not \"0-99999999\""},
    {"A 1 cpus=3-1",
     "1:10: cpus names CPUs from 0 to 1023, such as cpus=0,2-3, "
     "not \"3-1\""},
    {"A 1 cpus=1,,2",
     "1:12: cpus names CPUs from 0 to 1023, such as cpus=0,2-3, "
     "not \"1,,2\""},
    {"A 1 cpus=1-",
     "1:10: cpus names CPUs from 0 to 1023, such as cpus=0,2-3, "
     "not \"1-\""},
    {"A 1 cpus=-1",
     "1:10: cpus names CPUs from 0 to 1023, such as cpus=0,2-3, "
     "not \"-1\""},
    {"A 1 cpus=0-1-2",
     "1:10: cpus names CPUs from 0 to 1023, such as cpus=0,2-3, "
     "not \"0-1-2\""},
    {"A 1 cpus=0,18446744073709551616",
     "1:12: cpus names CPUs from 0 to 1023, such as cpus=0,2-3, "
     "not \"0,18446744073709551616\""},
    {"A 1 gang=",
     "1:10: gang needs a value, such as gang=g"},
    {"A 1 gang=1",
     "1:10: \"1\" cannot be a gang's name: it must begin with "
     "a letter"},
    {"A 1 gang=a/b",
     "1:11: \"a/b\" cannot be a gang's name: it consists of "
     "letters, digits, '_', '-' and '.'"},
    {"A 1 gang=abcdefghijklmnopqrstuvwxyz",
     "1:10: \"abcdefghijklmnopqrstuvwxyz\" is too long for "
     "a gang's name: 23 bytes at most"},
    {"A 1 slice=4",
     "1:5: slice belongs to the machine: into the first line, "
     "after the policy, such as rr slice=10"},
    {"A 1 cpu=3",
     "1:5: jobs have no setting \"cpu\"; did you mean cpus?"},
    {"A 1 colour=red",
     "1:5: jobs have no setting \"colour\"; there are nice, "
     "priority, tickets, period, deadline, cpus, set and gang"},
    {"A 1 @",
     "1:6: \"@\" needs a time, such as @2"},
    {"A 1 @x",
     "1:6: \"x\" is no time; write milliseconds, or a unit, "
     "such as @2 or @2us"},
    {"A 1 @-2",
     "1:6: \"-2\" is negative; a time is 0 or more"},
    {"A 1 @2 @3",
     "1:8: when it arrives is given twice; leave one of them "
     "out"},
    {"A 1 @ 2",
     "1:6: \"@\" needs a time, such as @2"},
    {"A 1 run:5",
     "1:5: a job can do no \"run:\"; there are io:, sleep:, "
     "lock: and unlock:, and a bare time to compute"},
    {"A 1 oi:5",
     "1:5: a job can do no \"oi:\"; there are io:, sleep:, "
     "lock: and unlock:, and a bare time to compute"},
    {"A 1 lok:m",
     "1:5: a job can do no \"lok:\"; did you mean lock:?"},
    {"A 1 http://x",
     "1:5: a job can do no \"http:\"; there are io:, sleep:, "
     "lock: and unlock:, and a bare time to compute"},
    {"A 1 B 2",
     "1:5: \"B\" is nothing a job does: a time, io:5, sleep:5, "
     "lock:m, unlock:m, period, x10; another job begins in "
     "a new line or after '|'"},
    {"A 1, 2",
     "1:3: \"1,\" has an unknown unit; there are ns, us, ms "
     "and s"},
    {"A 1 ; B 2",
     "1:5: \";\" is nothing a job does: a time, io:5, sleep:5, "
     "lock:m, unlock:m, period, x10; another job begins in "
     "a new line or after '|'"},
    {"A 1 \"x\"",
     "1:5: \"\"x\"\" is nothing a job does: a time, io:5, "
     "sleep:5, lock:m, unlock:m, period, x10; another job "
     "begins in a new line or after '|'"},
    {"A 1 (2)",
     "1:5: \"(2)\" is nothing a job does: a time, io:5, sleep:5, "
     "lock:m, unlock:m, period, x10; another job begins in "
     "a new line or after '|'"},
    {"A 1 | A 2",
     "1:7: there is a job A already; give this one another "
     "name"},
    {"A 1 | B 2 | A 3",
     "1:13: there is a job A already; give this one another "
     "name"},
    {"B 1 | B 2",
     "1:7: there is a job B already; give this one another "
     "name"},
    {"A 1 | W*3 1 | W2 1",
     "1:15: there is a job W2 already; give this one another "
     "name"},
    {"W1 1 | W*3 1",
     "1:8: there is a job W1 already; give this one another "
     "name"},
    {"W* 1",
     "1:2: \"*\" says how many of them there are: *1 to *1000000"},
    {"W*0 1",
     "1:2: \"*0\" says how many of them there are: *1 to *1000000"},
    {"W*-1 1",
     "1:2: \"*-1\" says how many of them there are: *1 to "
     "*1000000"},
    {"W*x 1",
     "1:2: \"*x\" says how many of them there are: *1 to *1000000"},
    {"W*1000001 1",
     "1:2: \"*1000001\" says how many of them there are: *1 "
     "to *1000000"},
    {"W*99999999999999999999 1",
     "1:2: \"*99999999999999999999\" says how many of them "
     "there are: *1 to *1000000"},
    {"*3 1",
     "1:1: a job's name is missing"},
    {"abcdefghijklmnopqrstuvwx 1",
     "1:1: \"abcdefghijklmnopqrstuvwx\" is too long for a "
     "job's name: 23 bytes at most"},
    {"abcdefghijklmnopqrstuvw*1 1",
     "1:1: \"abcdefghijklmnopqrstuvw1\" is too long for a "
     "job's name: 23 bytes at most"},
    {"abcdefghijklmnopqrstu*1000 1",
     "1:1: \"abcdefghijklmnopqrstu100\" is too long for a "
     "job's name: 23 bytes at most"},
    {"A? 1",
     "1:2: \"A?\" cannot be a job's name: it consists of letters, "
     "digits, '_', '-' and '.'"},
    {"A/B 1",
     "1:2: \"A/B\" cannot be a job's name: it consists of "
     "letters, digits, '_', '-' and '.'"},
    {"A:B 1",
     "1:2: \"A:B\" cannot be a job's name: it consists of "
     "letters, digits, '_', '-' and '.'"},
    {"A=B 1",
     "1:2: \"A=B\" cannot be a job's name: it consists of "
     "letters, digits, '_', '-' and '.'"},
    {"_ 1 | -A 1",
     "1:7: \"-A\" cannot be a job's name: it must begin with "
     "a letter"},
    {".A 1",
     "1:1: \".A\" cannot be a job's name: it must begin with "
     "a letter"},
    {"\"A\" 1",
     "1:1: \"\"A\"\" cannot be a job's name: it consists of "
     "letters, digits, '_', '-' and '.'"},
    {"rr | rr slice=1 | A 3",
     "1:6: the machine is named twice; leave one out"},
    {"A 3 | rr slice=1",
     "1:7: the machine must come before the jobs"},
    {"rr",
     "1:3: there is no job; write one a line, such as A 10"},
    {"rr slice=4",
     "1:11: there is no job; write one a line, such as A 10"},
    {"rr slice",
     "1:4: \"slice\" is nothing a job does, and a machine's "
     "parameters have a value, such as cpus=2"},
    {"rr slice=",
     "1:4: slice needs a value: slice=10"},
    {"rr slice=0 | A 3",
     "1:4: slice must be longer than 0"},
    {"rr slice=abc | A 3",
     "1:4: slice is a time, not \"abc\": a number of milliseconds, "
     "or with a unit, such as 4 or 250us"},
    {"rr slice=-1 | A 3",
     "1:4: slice is a time, not \"-1\": a number of milliseconds, "
     "or with a unit, such as 4 or 250us"},
    {"rr slise=4 | A 3",
     "1:4: there is no parameter \"slise\"; did you mean slice?"},
    {"rr colour=red | A 3",
     "1:4: there is no parameter \"colour\"; \"timeslice list "
     "policies\" shows which there are"},
    {"rr slice=4 slice=5 | A 3",
     "1:12: slice is given twice; leave one of them out"},
    {"rr cpus=0 | A 3",
     "1:4: cpus is a whole number from 1 to 1024, not \"0\""},
    {"rr cpus=1025 | A 3",
     "1:4: cpus is a whole number from 1 to 1024, not \"1025\""},
    {"rr cpus=2 @3 | A 3",
     "1:11: there is no parameter \"@3\"; \"timeslice list "
     "policies\" shows which there are"},
    {"rr sjf | A 3",
     "1:4: \"sjf\" is nothing a job does, and a machine's "
     "parameters have a value, such as cpus=2"},
    {"rr,slice=4 cpus=x | A 3",
     "1:12: cpus is a whole number from 1 to 1024, not \"x\""},
    {"sim:rr | A 3 | sim:rr",
     "1:16: the machine is named twice; leave one out"},
    {"sim:rrr slice=4 | A 3",
     "1:1: there is no policy \"rrr\"; did you mean rr?"},
    {"fifo slice=4 | A 3",
     "1:6: slice means nothing to fifo, only to rr, steal, "
     "lottery, stride, eevdf, rt-rr, gang, gil-old; leave "
     "it out"},
    {"fcfs cpus=2 | A 3",
     "1:1: there is no policy \"fcfs\"; did you mean fifo?"},
    {"fcfs",
     "1:1: \"fcfs\" is no policy (did you mean fifo?), and "
     "as a job it has nothing to do: write for how long it "
     "computes, such as fcfs 10"},
    {"mlfq levels=8:1,16:x | A 3",
     "1:6: levels: after the ':' comes how many slices, a "
     "whole number from 1, not \"x\""},
    {"mlfq levels= | A 3",
     "1:6: levels needs a value: levels=10:1,20:1,40:1"},
    {"mlfq levels=8:0 | A 3",
     "1:6: levels: after the ':' comes how many slices, a "
     "whole number from 1, not \"0\""},
    {"mlfq boost=0 | A 3",
     "1:6: boost must be longer than 0; write never if there "
     "is to be none"},
    {"mlfq stay=maybe | A 3",
     "1:6: stay is no or yes, not \"maybe\""},
    {"rr queues=two | A 3",
     "1:4: queues is central or per-cpu, not \"two\""},
    {"rr warm-rate=0 | A 3",
     "1:4: warm-rate is a whole number from 1 to 100, not "
     "\"0\""},
    {"rr seed=-1 | A 3",
     "1:4: seed is a whole number from 0 to 9223372036854775807, "
     "not \"-1\""},
    {"zzzz cpus=2 | A 3",
     "1:1: there is no policy \"zzzz\"; there are fifo, sjf, "
     "stcf, rr, steal, priority, mlfq, lottery, stride, cfs, "
     "eevdf, rt-fifo, rt-rr, edf, gang, gil, gil-old"},
    {"cpus=2 slice=3 | A 1",
     "1:1: the machine begins with the name of a policy, such "
     "as rr cpus=2"},
    {"cpus=2 A 1",
     "1:5: \"cpus=2\" cannot be a job's name: it consists "
     "of letters, digits, '_', '-' and '.'"},
    {"|||",
     "1:4: there is no job; write one a line, such as A 10"},
};
static const struct odd_message {
    const char *name, *source, *want;
} odd_messages[] = {
    {"nothing", "",
     "1:1: there is no job; write one a line, such as A 10"},
    {"empty lines", "\n\n",
     "3:1: there is no job; write one a line, such as A 10"},
    {"only a comment", "# only words\n",
     "2:1: there is no job; write one a line, such as A 10"},
    {"the second line", "A 3\nB\n",
     "2:1: \"B\" has nothing to do; write for how long it "
     "computes, such as B 10"},
    {"lines of Windows", "A 3\r\nB x\r\n",
     "2:3: \"x\" is nothing a job does: a time, io:5, sleep:5, "
     "lock:m, unlock:m, period, x10; another job begins in "
     "a new line or after '|'"},
    {"a tab is one column", "A 3 # c\n\n B 1 |\tC y",
     "3:10: \"y\" is nothing a job does: a time, io:5, sleep:5, "
     "lock:m, unlock:m, period, x10; another job begins in "
     "a new line or after '|'"},
    {"a byte order mark is none", "\357\273\277A x",
     "1:3: \"x\" is nothing a job does: a time, io:5, sleep:5, "
     "lock:m, unlock:m, period, x10; another job begins in "
     "a new line or after '|'"},
    {"bytes that are no UTF-8: a name", "A 3\n\377\376 1",
     "2:1: \"??\" cannot be a job's name: it consists of letters, "
     "digits, '_', '-' and '.'"},
    {"a byte that is no UTF-8: a word", "A \377",
     "1:3: \"?\" is nothing a job does: a time, io:5, sleep:5, "
     "lock:m, unlock:m, period, x10; another job begins in "
     "a new line or after '|'"},
    {"letters of two bytes are one column", "\303\244\303\266 1 y",
     "1:6: \"y\" is nothing a job does: a time, io:5, sleep:5, "
     "lock:m, unlock:m, period, x10; another job begins in "
     "a new line or after '|'"},
    {"so they are after a bar", "\303\244 1 | \303\266 1 y",
     "1:11: \"y\" is nothing a job does: a time, io:5, sleep:5, "
     "lock:m, unlock:m, period, x10; another job begins in "
     "a new line or after '|'"},
    {"a control character in a name", "A\001 3",
     "1:2: \"A?\" cannot be a job's name: it consists of letters, "
     "digits, '_', '-' and '.'"},
    {"an escape sequence", "A 3\033[2J",
     "1:3: \"3?[2J\" has an unknown unit; there are ns, us, "
     "ms and s"},
    {"a sign is no letter", "\342\202\254 1",
     "1:1: \"?\" cannot be a job's name: it consists of letters, "
     "digits, '_', '-' and '.'"},
    {"nor is one among letters", "\303\227 1",
     "1:1: \"\303\227\" cannot be a job's name: it consists "
     "of letters, digits, '_', '-' and '.'"},
    {"a letter for a time", "A 1 io:\303\244",
     "1:8: \"\303\244\" is no time; write milliseconds, or "
     "a unit, such as io:5 or io:5us"},
    {"a blank that does not break", "A 1 \302\240",
     "1:5: \"?\" is nothing a job does: a time, io:5, sleep:5, "
     "lock:m, unlock:m, period, x10; another job begins in "
     "a new line or after '|'"},
    {"half a letter", "\303 1",
     "1:1: \"?\" cannot be a job's name: it consists of letters, "
     "digits, '_', '-' and '.'"},
    {"bytes in a comment", "A 3\n# \377\377 fine\nB z",
     "3:3: \"z\" is nothing a job does: a time, io:5, sleep:5, "
     "lock:m, unlock:m, period, x10; another job begins in "
     "a new line or after '|'"},
    {"lines of an old Macintosh", "A 3\rB 4",
     "1:5: \"B\" is nothing a job does: a time, io:5, sleep:5, "
     "lock:m, unlock:m, period, x10; another job begins in "
     "a new line or after '|'"},
    {"a form feed", "A 3\014",
     "1:3: \"3?\" has an unknown unit; there are ns, us, ms "
     "and s"},
};
// clang-format on

/* Read @length bytes that have nothing behind them. */
static int read_exactly(const char *source, size_t length, struct err *err)
{
    struct sim_jobs jobs = {0};
    struct text machine = {0};
    char *bytes = malloc(length ? length : 1);
    int rc;

    assert_non_null(bytes);
    memcpy(bytes, source, length);
    rc = sim_jobs_read(&jobs, &machine, "t", bytes, length, err);
    free(bytes);
    if (rc < 0) { /* and nothing was left behind */
        assert_null(jobs.job);
        assert_null(machine.data);
    }
    sim_jobs_fini(&jobs);
    text_fini(&machine);
    return rc;
}

static void expect(const char *source, const char *want)
{
    struct err err = {0};
    int rc = read_exactly(source, strlen(source), &err);

    assert_int_equal(rc, -EINVAL);
    assert_int_equal(err.code, -EINVAL);
    assert_int_equal(strncmp(err.text, "t:", 2), 0);
    assert_string_equal(err.text + 2, want);
}

static void one_sentence(void **state)
{
    const struct message *m = *state;

    expect(m->source, m->want);
}

static void one_odd_sentence(void **state)
{
    const struct odd_message *m = *state;

    expect(m->source, m->want);
}

static void bytes_of_nought(void **state)
{
    static const struct {
        const char *source;
        size_t length;
        const char *want;
    } cases[] = {
        {"\0", 1, "t:1:1: "},
        {"A 3\nB 1\0C", 9, "t:2:4: "},
        {"A 3 # \0", 7, "t:1:7: "},
        {"\xff\xfe"
         "A\0 \0",
         6, "t:1:4: "}, /* UTF-16 */
        {"A 3\n\xef\xbb\xbf\0", 8, "t:2:2: "},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err err = {0};
        size_t place = strlen(cases[i].want);

        assert_int_equal(read_exactly(cases[i].source, cases[i].length, &err),
                         -EINVAL);
        assert_int_equal(strncmp(err.text, cases[i].want, place), 0);
        assert_string_equal(err.text + place,
                            "there is a NUL byte: this is no text in UTF-8");
    }
}

/* Every beginning of a good file is good or refused, and never read beyond. */
static void cut_anywhere(void **state)
{
    static const char whole[] =
        "mlfq slice=4,levels=8:1,16:1 cpus=2 # the machine\n"
        "A 10 @2.5us nice=-5 | B 3 io:5 x10 2 tickets=50\r\n"
        "\xc3\x84 1 lock:m 4 unlock:m cpus=0,2-3 gang=g set=4\n"
        "E*3 3 period x100 period=10ms deadline=8ms priority=3";

    (void)state;
    for (size_t length = 0; length < sizeof(whole); length++) {
        struct err err = {0};
        int rc = read_exactly(whole, length, &err);

        assert_true(rc == 0 || rc == -EINVAL);
        assert_true(rc == 0 || err.text[0] == 't');
    }
}

/* A file whose name is longer than a sentence, and words longer than one. */
static void long_words(void **state)
{
    char name[600], source[900];
    struct sim_jobs jobs = {0};
    struct err err = {0};

    (void)state;
    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    for (size_t length = 1; length < sizeof(source) - 10; length += 7) {
        memset(source, 'w', sizeof(source));
        memcpy(source, "A 1 ", 4);
        source[4 + length] = '\0';
        assert_int_equal(
            sim_jobs_read(&jobs, NULL, name, source, strlen(source), &err),
            -EINVAL);
        assert_non_null(strstr(err.text, "nnn:1:5: \"w"));
        assert_non_null(strstr(err.text, "is nothing a job does"));
    }
}

int main(void)
{
    static struct CMUnitTest
        tests[3 + COUNT_OF(messages) + COUNT_OF(odd_messages)] = {
            cmocka_unit_test(bytes_of_nought),
            cmocka_unit_test(cut_anywhere),
            cmocka_unit_test(long_words),
        };
    size_t count = add_rows(tests, 3, messages, COUNT_OF(messages),
                            sizeof(messages[0]), one_sentence);

    count = add_rows(tests, count, odd_messages, COUNT_OF(odd_messages),
                     sizeof(odd_messages[0]), one_odd_sentence);
    if (count != COUNT_OF(tests))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
