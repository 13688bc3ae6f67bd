# the tests of ct/; included by tests/local.mk
check_PROGRAMS += tests/ct/test
TESTS += tests/ct/test
tests_ct_test_CPPFLAGS = $(TEST_CPPFLAGS)
tests_ct_test_LDADD = $(TEST_LIBS)
tests_ct_test_SOURCES = \
	tests/ct/conn.c \
	tests/ct/conncount.c \
	tests/ct/core.c \
	tests/ct/index.c \
	tests/ct/inet_error.c \
	tests/ct/key.c \
	tests/ct/l4proto.c \
	tests/ct/nat.c \
	tests/ct/pool.c \
	tests/ct/print.c \
	tests/ct/proto_generic.c \
	tests/ct/proto_gre.c \
	tests/ct/proto_icmp.c \
	tests/ct/proto_icmpv6.c \
	tests/ct/proto_sctp.c \
	tests/ct/proto_tcp.c \
	tests/ct/tcp_usual.c \
	tests/ct/proto_udp.c \
	tests/ct/proto_udplite.c \
	tests/ct/seqadj.c \
	tests/ct/stories.c tests/ct/stories.h \
	tests/ct/table.c \
	tests/ct/wire.c tests/ct/wire.h

check_PROGRAMS += tests/ct/threads
TESTS += tests/ct/threads
tests_ct_threads_LDADD = libengine.la -lpthread
tests_ct_threads_SOURCES = \
	tests/ct/threads.c \
	tests/ct/wire.c tests/ct/wire.h

# the kernel as judge; skipped without the rights for a namespace
check_PROGRAMS += tests/ct/twin
TESTS += tests/ct/twin
tests_ct_twin_LDADD = libengine.la
tests_ct_twin_SOURCES = \
	tests/ct/router.c tests/ct/router.h \
	tests/ct/stories.c tests/ct/stories.h \
	tests/ct/twin.c \
	tests/ct/wire.c tests/ct/wire.h

# the same for clashes at confirm
check_PROGRAMS += tests/ct/clash_twin
TESTS += tests/ct/clash_twin
tests_ct_clash_twin_LDADD = libengine.la
tests_ct_clash_twin_SOURCES = \
	tests/ct/clash_twin.c \
	tests/ct/router.c tests/ct/router.h \
	tests/ct/wire.c tests/ct/wire.h

# the same for the helpers
check_PROGRAMS += tests/ct/help_twin
TESTS += tests/ct/help_twin
tests_ct_help_twin_LDADD = libengine.la
tests_ct_help_twin_SOURCES = \
	tests/ct/help_twin.c \
	tests/ct/router.c tests/ct/router.h \
	tests/ct/wire.c tests/ct/wire.h
