# the files of vm/; included by Makefile.am
libengine_la_SOURCES += \
	vm/core.h \
	vm/dump.c \
	vm/elem_tx.c \
	vm/emit.c vm/emit.h \
	vm/expr.c vm/expr.h vm/expr.def \
	vm/flat.c vm/flat.h \
	vm/flat_block.c \
	vm/lower.c \
	vm/nat.c vm/nat.h \
	vm/obj.c vm/obj.h \
	vm/obj_helper.c \
	vm/payload_write.c vm/payload_write.h \
	vm/policy.c \
	vm/prog.c \
	vm/rule_index.c \
	vm/run.c \
	vm/set.c vm/set.h vm/set.def \
	vm/set_snapshot.c \
	vm/set_tx.c \
	vm/tx.c \
	vm/verify.c \
	vm/vm.c vm/vm.h \
	vm/expr/bitwise.c \
	vm/expr/byteorder.c \
	vm/expr/cmp.c \
	vm/expr/connlimit.c \
	vm/expr/counter.c \
	vm/expr/ct.c \
	vm/expr/dynset.c \
	vm/expr/exthdr.c \
	vm/expr/fib.c \
	vm/expr/hash.c \
	vm/expr/immediate.c \
	vm/expr/limit.c \
	vm/expr/log.c \
	vm/expr/lookup.c \
	vm/expr/masq.c \
	vm/expr/meta.c \
	vm/expr/nat.c \
	vm/expr/notrack.c \
	vm/expr/numgen.c \
	vm/expr/objref.c \
	vm/expr/osf.c \
	vm/expr/payload.c \
	vm/expr/queue.c \
	vm/expr/quota.c \
	vm/expr/rt.c \
	vm/expr/range.c \
	vm/expr/redir.c \
	vm/expr/reject.c \
	vm/expr/socket.c \
	vm/expr/tproxy.c \
	vm/expr/xfrm.c \
	vm/set/concat.c \
	vm/set/dynamic.c \
	vm/set/hash.c \
	vm/set/interval.c
