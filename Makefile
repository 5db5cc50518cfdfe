# timeslice: see README.md. "make run" and "make test" need nothing before.
#
#   make run | test       build, and start it or run every test
#   make golden           write the frames that tests compare with afresh
#   make format | lint    clang-format; clang-tidy, cppcheck, clang-format
#   make bench            what looking costs, in ratios (tests/bench)
#   make fuzz             small programs that make no sense, for SECONDS=60
#   make lessons          the whole course without a learner: checks, controls
#   make coverage         write lessons/COVERAGE.md afresh
#   make claims           the articles' claims, tried on this machine
#   make browser          reports looked at in a real browser (Chromium)
#   make install | uninstall    PREFIX=/usr/local DESTDIR=
#   make help             this
#
# V=1 shows the commands; CC=clang, CFLAGS= and WERROR=1 do as expected;
# SAN=address,undefined and SAN=thread build with sanitizers, in a folder of
# their own under build/. BUILD= is where everything built goes.

SAN ?=
WERROR ?=
comma := ,
BUILD ?= build$(if $(SAN),/san-$(subst $(comma),-,$(SAN)))
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
warnings := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
    -Wwrite-strings -Wcast-qual -Wvla -Wundef -Wformat=2 \
    $(if $(WERROR),-Werror)
san := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all \
    -fno-omit-frame-pointer)
language := -std=c17 -D_GNU_SOURCE -Isrc
all_cflags = $(language) $(warnings) $(CFLAGS) $(san) -pthread
quiet = $(if $(V),,@echo "  $(1)  $(@:$(BUILD)/%=%)";)
libs := -lncursesw -ltinfo -ljansson -lgmp -lsqlite3 -lmd4c -pthread -lm

# Everything that can be done at once is, unless -j says otherwise; "make clean
# all" keeps its order.
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif
ifneq ($(filter clean,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif

# The folders that exist for this build; set DIRS to build only a part.
DIRS ?= $(patsubst src/%/,%,$(wildcard src/*/))
sources := $(foreach d,$(DIRS),$(wildcard src/$d/*.c))
objects := $(sources:%.c=$(BUILD)/%.o)
TESTS ?= $(patsubst tests/%.c,%,$(wildcard tests/test_*.c))
testlib := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/lib/*.c))
test_programs := $(TESTS:%=$(BUILD)/tests/%)
benches := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/*.c))
written := $(wildcard src/*.c src/*/*.c tests/*.c tests/*/*.c)
# Every test may start the program; a part of the folders does not make one.
whole := $(if $(filter file,$(origin DIRS)),$(BUILD)/timeslice)

all: $(BUILD)/timeslice

$(BUILD)/timeslice: $(BUILD)/src/main.o $(objects) $(BUILD)/.objects
	$(call quiet,link)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $(filter %.o,$^) $(libs)

# Which objects there are: a file that came or went is a reason to link again.
$(BUILD)/.objects: always | $(BUILD)/.has-program
	@echo '$(objects) $(testlib)' | cmp -s - $@ || \
	    echo '$(objects) $(testlib)' >$@
.PHONY: always

# Archives, so that a test takes in only what it uses.
$(BUILD)/libtimeslice.a: $(objects) $(BUILD)/.objects
$(BUILD)/libtests.a: $(testlib) $(BUILD)/.objects
$(BUILD)/lib%.a:
	@rm -f $@
	$(call quiet,ar  )ar rcs $@ $(filter %.o,$^)

$(BUILD)/%.o: %.c | $(BUILD)/.has-program
	@mkdir -p $(@D)
	$(call quiet,cc  )$(CC) $(all_cflags) -MMD -MP -c -o $@ $<

# Until it is installed the program finds its library here.
$(BUILD)/src/tsl/library.o: all_cflags += \
    -DTIMESLICE_RACES='"$(CURDIR)/assets/races"'
$(BUILD)/src/lesson/course.o: all_cflags += \
    -DTIMESLICE_LESSONS='"$(CURDIR)/lessons"'

$(BUILD)/tests/%.o: tests/%.c | $(BUILD)/.has-program $(BUILD)/.has-test
	@mkdir -p $(@D)
	$(call quiet,cc  )$(CC) $(all_cflags) -Itests -MMD -MP -c -o $@ $<

$(BUILD)/tests/test_%: $(BUILD)/tests/test_%.o $(BUILD)/libtests.a \
    $(BUILD)/libtimeslice.a
	$(call quiet,link)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $^ $(libs) -lcmocka -lvterm

$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(BUILD)/libtimeslice.a
	$(call quiet,link)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $^ $(libs)

$(BUILD)/tests/claims/%: $(BUILD)/tests/claims/%.o $(BUILD)/libtimeslice.a
	$(call quiet,link)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $^ $(libs)

$(BUILD)/tests/browser/%: $(BUILD)/tests/browser/%.o $(BUILD)/libtests.a \
    $(BUILD)/libtimeslice.a
	$(call quiet,link)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $^ $(libs)

$(BUILD)/tests/fuzz/fuzz: \
    $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/fuzz/*.c)) \
    $(BUILD)/libtests.a $(BUILD)/libtimeslice.a
	$(call quiet,link)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $^ $(libs)

# What the machine must have: found or installed once, then remembered here.
# One after the other: apt-get does not like company.
$(BUILD)/.has-program: .ci/need
	@mkdir -p $(@D)
	@.ci/need "$(CC)" program $(if $(filter test,$(MAKECMDGOALS)),test)
	@touch $@
$(BUILD)/.has-test: .ci/need | $(BUILD)/.has-program
	@.ci/need "$(CC)" test
	@touch $@
$(BUILD)/.has-browser: .ci/need | $(BUILD)/.has-program
	@.ci/need "$(CC)" browser
	@touch $@
$(BUILD)/.has-lint: .ci/need | $(BUILD)/.has-program $(BUILD)/.has-test
	@.ci/need "$(CC)" lint
	@touch $@

run: all
	@$(BUILD)/timeslice

test: $(test_programs) $(whole)
	@SAN=$(SAN) tests/run $(BUILD) $(test_programs)

golden: $(test_programs) $(whole)
	@GOLDEN=1 tests/run $(BUILD) $(test_programs)

bench: $(benches) $(whole)
	@for b in $(benches); do TIMESLICE=$(BUILD)/timeslice $$b || exit 1; done

# With sanitizers, or it would notice little. SEED= is the first input's number
# (else the time), INPUTS= ends it after so many; INPUT= is one file to try.
SECONDS ?= 60
ifeq ($(SAN),)
fuzz:
	@$(MAKE) --no-print-directory SAN=address,undefined fuzz
else
fuzz: $(BUILD)/tests/fuzz/fuzz
	@$< $(BUILD)/fuzz "$(or $(INPUT),$(SECONDS))" "$(SEED)" "$(INPUTS)"
endif

# The whole course, headless, as CI would with ten minutes more. CPUS=0 for a
# machine with one processor.
lessons: $(BUILD)/timeslice
	@$(BUILD)/timeslice lesson lint --all
	@$(BUILD)/timeslice lesson run --all --headless $(if $(CPUS),--cpus $(CPUS))

coverage: $(BUILD)/timeslice
	@$< lesson coverage >$(BUILD)/COVERAGE.md; status=$$?; \
	    cp $(BUILD)/COVERAGE.md lessons/COVERAGE.md && exit $$status

claims: $(BUILD)/tests/claims/claims $(whole)
	@$< $(BUILD)/timeslice assets/claims.tsv $(ROWS)

browser: $(BUILD)/tests/browser/pages | $(BUILD)/.has-browser
	@tests/browser/run $< $(BUILD)/browser

# ---- reading it over --------------------------------------------------------

# The analyser gives a function up after so many states, a quarter of what it
# would by itself: nearly all its time goes into the few that have more.
analyser := -Xclang -analyzer-config -Xclang max-nodes=60000
tidied := $(written:%.c=$(BUILD)/lint/%.tidy)
headers := $(wildcard src/*/*.h tests/*/*.h)

lint: $(tidied) $(BUILD)/lint/cppcheck | $(BUILD)/.has-lint
	clang-format --dry-run -Werror $(written) $(headers)

$(BUILD)/lint/%.tidy: %.c $(headers) .clang-tidy tests/.clang-tidy | $(BUILD)/.has-lint
	@mkdir -p $(@D)
	$(call quiet,tidy)clang-tidy --quiet $< -- $(language) -Itests \
	    $(analyser) 2>$@.log || \
	    { cat $@.log; exit 1; }
	@touch $@

$(BUILD)/lint/cppcheck: $(filter src/%,$(written) $(headers)) .cppcheck | $(BUILD)/.has-lint
	@mkdir -p $(@D)
	cppcheck --quiet --std=c11 --enable=warning,performance,portability \
	    --error-exitcode=1 --inline-suppr --suppressions-list=.cppcheck \
	    -j 2 -D_GNU_SOURCE -Isrc src
	@touch $@

format: | $(BUILD)/.has-lint
	clang-format -i $(written) $(headers)

# ---- putting it where others find it ----------------------------------------

bin := $(DESTDIR)$(PREFIX)/bin
share := $(DESTDIR)$(PREFIX)/share
bash_completion := $(share)/bash-completion/completions/timeslice
zsh_completion := $(share)/zsh/site-functions/_timeslice
fish_completion := $(share)/fish/vendor_completions.d/timeslice.fish
races := $(wildcard assets/races/*/*.tsl)
lessons := $(wildcard lessons/*.txt lessons/*.tsv lessons/*/*)

# The manual page and the completions are the program's own words.
install: all
	install -d $(bin) $(share)/man/man1 $(share)/doc/timeslice \
	    $(dir $(bash_completion) $(zsh_completion) $(fish_completion))
	install -m 755 $(BUILD)/timeslice $(bin)/timeslice
	$(BUILD)/timeslice man >$(share)/man/man1/timeslice.1
	$(BUILD)/timeslice completions bash >$(bash_completion)
	$(BUILD)/timeslice completions zsh >$(zsh_completion)
	$(BUILD)/timeslice completions fish >$(fish_completion)
	install -m 644 README.md LICENSE $(share)/doc/timeslice
	rm -rf $(share)/timeslice/races $(share)/timeslice/lessons
	for f in $(races); do \
	    install -D -m 644 $$f $(share)/timeslice/$${f#assets/} || exit 1; \
	done
	for f in $(lessons); do \
	    install -D -m 644 $$f $(share)/timeslice/$$f || exit 1; \
	done

uninstall:
	rm -f $(bin)/timeslice $(share)/man/man1/timeslice.1 \
	    $(bash_completion) $(zsh_completion) $(fish_completion)
	rm -rf $(share)/doc/timeslice $(share)/timeslice

clean:
	rm -rf $(BUILD)

help:
	@sed -n '/^# *make/s/^# //p' Makefile

-include $(patsubst %.c,$(BUILD)/%.d,$(written))
.PHONY: all run test golden bench fuzz lessons coverage claims browser lint format install uninstall clean help
.SECONDARY:
.DELETE_ON_ERROR:
