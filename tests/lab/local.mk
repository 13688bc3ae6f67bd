# the tests of lab/; included by tests/local.mk
check_PROGRAMS += tests/lab/test
TESTS += tests/lab/test
tests_lab_test_CPPFLAGS = $(TEST_CPPFLAGS)
tests_lab_test_LDADD = $(TEST_LIBS)
tests_lab_test_SOURCES = \
	tests/lab/box.h \
	tests/lab/input_link.c \
	tests/lab/link_header.c \
	tests/lab/names.c \
	tests/lab/packet_line.c \
	tests/lab/packet_text.c \
	tests/lab/readdress.c \
	tests/lab/result_json.c \
	tests/lab/summary.c \
	tests/lab/twice.c \
	tests/path/world.c tests/path/world.h
