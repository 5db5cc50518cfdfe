/* Golden files: text that a test compares with tests/golden/NAME, kept so that
 * a change of what a person sees is read as a diff. Tests run in the project's
 * top folder. Run in the test process. */
#ifndef TESTS_LIB_GOLDEN_H
#define TESTS_LIB_GOLDEN_H

/* Fail the running cmocka test unless @text is the file @name ("lab_80x24.txt")
 * byte for byte; the message shows the first line that differs. A missing file
 * fails too. With GOLDEN=1 in the environment the file is written instead. */
void golden_check(const char *name, const char *text);

#endif
