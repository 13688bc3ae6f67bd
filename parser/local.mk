# the files of parser/; included by Makefile.am
libengine_la_SOURCES += \
	parser/ast.h parser/expr.def parser/stmt.def \
	parser/build.c parser/build.h parser/build_expr.c parser/build_hash.c parser/build_object.c parser/build_divert.c parser/build_dynset.c parser/build_flowtable.c parser/build_stmt.c \
	parser/chain.c parser/chain.h \
	parser/check.c parser/check.h \
	parser/cmd.c parser/cmd.h \
	parser/datatype.c parser/datatype.h parser/datatype.def \
	parser/datatype_addr.c parser/datatype_name.c parser/datatype_time.c \
	parser/declset.c \
	parser/depend.c \
	parser/dump.c \
	parser/element.c \
	parser/explain.c \
	parser/flatten.c parser/flatten.h \
	parser/interval.c parser/interval.h \
	parser/item.h \
	parser/json.c parser/json.h parser/json_elem.c \
	parser/key.h \
	parser/keyword.c parser/keyword.h \
	parser/listing.c parser/listing.h \
	parser/lower.c parser/lower.h \
	parser/elemdata.c parser/elemdata.h \
	parser/merge.c parser/merge.h \
	parser/nat.c parser/nat.h \
	parser/names.c parser/names.h \
	parser/object.c parser/object_helper.c parser/object.h parser/object.def \
	parser/packet.c parser/packet.h \
	parser/parser.h \
	parser/print.c parser/print.h \
	parser/proto.c parser/proto.h parser/proto.def \
	parser/raise.c parser/raise.h parser/raise_match.c \
	parser/raise_proto.c \
	parser/scan.c parser/scan.h \
	parser/setdecl.c parser/setdecl.h \
	parser/proto/ah.c parser/proto/arp.c parser/proto/comp.c \
	parser/proto/dccp.c parser/proto/esp.c parser/proto/ether.c \
	parser/proto/icmp.c parser/proto/icmpv6.c parser/proto/igmp.c \
	parser/proto/ip.c parser/proto/ip6.c parser/proto/sctp.c \
	parser/proto/tcp.c parser/proto/th.c parser/proto/udp.c \
	parser/proto/udplite.c parser/proto/vlan.c \
	parser/expr/binop.c parser/expr/hash.c parser/expr/numgen.c parser/expr/byteorder.c parser/expr/concat.c parser/expr/ct.c \
	parser/expr/exthdr.c parser/expr/fib.c parser/expr/list.c \
	parser/expr/map.c parser/expr/meta.c parser/expr/payload.c \
	parser/expr/prefix.c parser/expr/range.c parser/expr/rt.c \
	parser/expr/set.c parser/expr/setref.c parser/expr/osf.c parser/expr/socket.c \
	parser/expr/symbol.c parser/expr/value.c parser/expr/var.c \
	parser/expr/verdict.c parser/expr/wildcard.c parser/expr/xfrm.c \
	parser/stmt/connlimit.c parser/stmt/counter.c parser/stmt/dynset.c parser/stmt/limit.c \
	parser/stmt/log.c parser/stmt/match.c parser/stmt/notrack.c \
	parser/stmt/masquerade.c parser/stmt/nat.c \
	parser/stmt/queue.c parser/stmt/reject.c parser/stmt/tproxy.c parser/stmt/divert.c parser/stmt/divert.h parser/stmt/dup.c parser/stmt/synproxy.c parser/stmt/flow.c parser/stmt/fwd.c \
	parser/stmt/objref.c parser/stmt/quota.c parser/stmt/set.c parser/stmt/unsupported.c \
	parser/stmt/write.c \
	parser/stmt/verdict.c
# Made in the build folder and never shipped: flex and bison are needed anyway.
nodist_libengine_la_SOURCES += \
	parser/grammar.c parser/grammar.h parser/scanner.c
EXTRA_DIST += parser/grammar.y parser/scanner.l
BUILT_SOURCES += parser/grammar.h
CLEANFILES += parser/grammar.c parser/grammar.h parser/scanner.c
parser/grammar.c: parser/grammar.y
	@$(MKDIR_P) parser
	$(AM_V_YACC)bison -Wall -Wno-yacc --header=parser/grammar.h \
		-o parser/grammar.c $(srcdir)/parser/grammar.y
# made along with it, and by no second run of bison beside the first
parser/grammar.h: parser/grammar.c
	@test -f $@ || { rm -f parser/grammar.c; $(MAKE) parser/grammar.c; }
# a single program may be asked for, without BUILT_SOURCES
$(libengine_la_OBJECTS): | parser/grammar.h
parser/scanner.c: parser/scanner.l
	@$(MKDIR_P) parser
	$(AM_V_LEX)flex -o parser/scanner.c $(srcdir)/parser/scanner.l
