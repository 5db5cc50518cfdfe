/* A formula as a tree. Inside formula*.c only. */
#ifndef LESSON_FORMULA_PARTS_H
#define LESSON_FORMULA_PARTS_H

#include "lesson/formula.h"

enum node_kind {
    NODE_NUMBER,
    NODE_FIGURE, /* .run, .name */
    NODE_NEGATE,
    NODE_NOT,
    NODE_ADD,
    NODE_SUBTRACT,
    NODE_MULTIPLY,
    NODE_DIVIDE,
    NODE_EQUAL,
    NODE_UNEQUAL,
    NODE_LESS,
    NODE_LESS_EQUAL,
    NODE_MORE,
    NODE_MORE_EQUAL,
    NODE_WITHIN,  /* a ~= b within .value: relative */
    NODE_BETWEEN, /* a in b..c */
    NODE_AND,
    NODE_OR,
    NODE_CEIL,
    NODE_FLOOR,
    NODE_ROUND,
    NODE_ABS,
    NODE_MEDIAN, /* of one figure, over its repeats; of several: of their */
    NODE_MIN,    /*  values */
    NODE_MAX,
    NODE_SPREAD,
    NODE_RATIO,
    NODE_ANY, /* of the repeats */
    NODE_ALL,
    NODE_MOST,
    NODE_SHARE
};

#define NODE_PARTS 4
#define FORMULA_NODES 256
#define FORMULA_DEPTH 40

struct node {
    enum node_kind kind;
    int parts;
    short part[NODE_PARTS]; /* indices of nodes */
    double value;
    char run[33], name[64];
    int from, to; /* a figure's place in the text */
};

struct formula {
    char *text;
    struct node *node;
    int count, cap;
    int root;
};

#endif
