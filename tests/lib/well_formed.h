/* A strict reader of pages. In the test process. */
#ifndef TESTS_LIB_WELL_FORMED_H
#define TESTS_LIB_WELL_FORMED_H

/* Fail the test unless every tag of @text is closed, in order; every value is
 * quoted; every & begins an entity; no id is there twice; there are no control
 * characters. What HTML and XML both allow. */
void assert_well_formed(const char *text);

#endif
