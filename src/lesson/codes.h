/* The codes of what may be wrong with a lesson: "Lnnn" in front of a sentence.
 * A code keeps its meaning for ever; new ones are added at the end of their
 * hundred. */
#ifndef LESSON_CODES_H
#define LESSON_CODES_H

/* X(name, code, what it means) */
// clang-format off
#define LESSON_CODES(X) \
    X(TOO_LARGE,   101, "a file of at most 64 KiB") \
    X(UTF8,        102, "the text is UTF-8") \
    X(CONTROLS,    103, "no control characters") \
    X(CR,          104, "lines end with a newline only") \
    X(TAB,         105, "blanks, not tabs") \
    X(TRAILING,    106, "no blanks at the end of a line") \
    X(WIDE,        107, "a line is at most 76 columns") \
    X(LAST_LINE,   108, "the last line ends with a newline") \
    X(TOO_LONG,    109, "at most 300 lines") \
    X(TOO_MANY,    110, "there is more wrong than is told") \
    X(NO_FRONT,    120, "a lesson begins with its front matter") \
    X(FRONT_OPEN,  121, "the front matter ends with ---") \
    X(FRONT_LINE,  122, "a line of the front matter is key: value") \
    X(FRONT_KEY,   123, "a key of the front matter that there is") \
    X(FRONT_TWICE, 124, "a key of the front matter stands once") \
    X(FRONT_LACKS, 125, "keys that the front matter must have") \
    X(FRONT_VALUE, 126, "a value of the front matter that can be") \
    X(ID_FILE,     127, "the id is the file's name") \
    X(ID_TAKEN,    128, "no two lessons have the same id") \
    X(TARGETS,     129, "misconceptions are M1 to M24") \
    X(COVERS,      130, "topics are 1 to 68") \
    X(AFTER,       131, "lessons that should come before exist") \
    X(FENCE_WORD,  201, "a block of a kind that there is") \
    X(FENCE_OPEN,  202, "a block is closed") \
    X(FENCE_ID,    203, "a block's id") \
    X(ID_TWICE,    204, "an id or a run's name stands once") \
    X(KEY,         205, "a key that the block has") \
    X(KEY_TWICE,   206, "a key stands once") \
    X(LACKS,       207, "what a block must have") \
    X(LINE,        208, "a line that can be understood") \
    X(VALUE,       209, "a value that can be") \
    X(INDENTED,    210, "a block begins in the first column") \
    X(FORMULA,     301, "a formula that can be understood") \
    X(NO_RUN,      302, "a formula names a run that there is") \
    X(NO_METRIC,   303, "a formula names a metric that there is") \
    X(DECIDES,     304, "a condition is a yes or no, a value is a number") \
    X(TOO_EARLY,   305, "figures are shown after their run") \
    X(BRACE,       306, "a figure in prose that can be understood") \
    X(UNIT,        307, "a unit that there is") \
    X(CHOICES,     401, "a question has two to six choices") \
    X(OVERLAP,     402, "no two choices are right at once") \
    X(COVER,       403, "one choice is always right") \
    X(NEVER,       404, "every choice can be right") \
    X(RIGHT,       405, "a quiz has one right answer") \
    X(ELSE,        406, "one else, at the end") \
    X(EXPERIMENT,  501, "an experiment that can be run") \
    X(SWEEP,       502, "a sweep that can be run") \
    X(PROGRAM,     503, "a small program that there is") \
    X(SIM,         504, "jobs that can be simulated") \
    X(THREADS,     505, "at most 256 workers") \
    X(UNUSED,      506, "the figures of every run are used") \
    X(WATCH,       507, "a watch block stands before what it watches") \
    X(NOT_YET,     508, "an experiment uses figures that are known by then") \
    X(CLASS,       601, "a check's class is E, M, R or D") \
    X(LABEL_TWICE, 602, "a check's label stands once") \
    X(NO_CONTROL,  603, "every check has a control") \
    X(NO_LABEL,    604, "a control names checks that there are") \
    X(NEEDS,       605, "R checks need cores and quiet") \
    X(NO_PREDICT,  606, "a prediction before every run that is checked") \
    X(CONTROL,     607, "a control is one of four things") \
    X(FEW,         608, "D checks look at five repeats") \
    X(LONG_WAY,    701, "at most 8 lines of prose before the first action") \
    X(REVEALED,    702, "nothing is revealed before it was checked") \
    X(LINK,        703, "links are relative") \
    X(SPELLING,    704, "British spelling") \
    X(SKELETON,    801, "a translation has the blocks of its original") \
    X(FRONT_OTHER, 802, "a translation has its original's front matter") \
    X(LANG,        803, "a translation says its language")
// clang-format on

enum lesson_code {
#define X(name, code, means) LINT_##name = (code),
    LESSON_CODES(X)
#undef X
};

#endif
