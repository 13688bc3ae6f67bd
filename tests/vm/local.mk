# the tests of vm/; included by tests/local.mk
check_PROGRAMS += tests/vm/test
TESTS += tests/vm/test
tests_vm_test_CPPFLAGS = $(TEST_CPPFLAGS)
tests_vm_test_LDADD = $(TEST_LIBS)
tests_vm_test_SOURCES = \
	tests/vm/dump.c \
	tests/vm/elem_tx.c \
	tests/vm/emit.c \
	tests/vm/expr.c \
	tests/vm/fixture.c \
	tests/vm/fixture.h \
	tests/vm/flat.c \
	tests/vm/flat_block.c \
	tests/vm/generate.c \
	tests/vm/generate.h \
	tests/vm/lower.c \
	tests/vm/nat_case.c \
	tests/vm/nat_case.h \
	tests/vm/policy.c \
	tests/vm/prog.c \
	tests/vm/run.c \
	tests/vm/set.c \
	tests/vm/rule_index.c \
	tests/vm/set_snapshot.c \
	tests/vm/set_tx.c \
	tests/vm/tx.c \
	tests/vm/verify.c \
	tests/vm/vm.c \
	tests/vm/expr/bitwise.c \
	tests/vm/expr/byteorder.c \
	tests/vm/expr/cmp.c \
	tests/vm/expr/counter.c \
	tests/vm/expr/connlimit.c \
	tests/vm/expr/osf.c \
	tests/vm/expr/queue.c \
	tests/vm/expr/socket.c \
	tests/vm/expr/tproxy.c \
	tests/vm/expr/xfrm.c \
	tests/vm/expr/ct.c \
	tests/vm/expr/dynset.c \
	tests/vm/expr/exthdr.c \
	tests/vm/expr/fib.c \
	tests/vm/expr/rt.c \
	tests/vm/payload_write.c \
	tests/vm/expr/hash.c \
	tests/vm/expr/immediate.c \
	tests/vm/expr/limit.c \
	tests/vm/expr/log.c \
	tests/vm/expr/lookup.c \
	tests/vm/expr/masq.c \
	tests/vm/expr/meta.c \
	tests/vm/expr/nat.c \
	tests/vm/expr/notrack.c \
	tests/vm/expr/numgen.c \
	tests/vm/expr/objref.c \
	tests/vm/expr/payload.c \
	tests/vm/obj.c \
	tests/vm/obj_helper.c \
	tests/vm/expr/quota.c \
	tests/vm/expr/range.c \
	tests/vm/expr/redir.c \
	tests/vm/expr/reject.c \
	tests/vm/set/concat.c \
	tests/vm/set/dynamic.c \
	tests/vm/set/hash.c \
	tests/vm/set/interval.c
