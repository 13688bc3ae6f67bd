# the files of ct/; included by Makefile.am
libengine_la_SOURCES += \
	ct/conn.c ct/conn.h \
	ct/conncount.c ct/conncount.h \
	ct/core.c \
	ct/expect.c ct/expect.h \
	ct/help.c ct/help.h \
	ct/helper.def ct/helper.h \
	ct/helper/ftp.c ct/helper/irc.c ct/helper/tftp.c \
	ct/ct.h \
	ct/index.c ct/index.h \
	ct/inet_error.c \
	ct/key.c ct/key.h \
	ct/l4proto.c ct/l4proto.h ct/l4proto.def \
	ct/mapping.c ct/mapping.h \
	ct/nat.c ct/nat.h \
	ct/pool.c ct/pool.h \
	ct/print.c \
	ct/proto_generic.c \
	ct/proto_gre.c \
	ct/proto_icmp.c \
	ct/proto_icmpv6.c \
	ct/proto_sctp.c \
	ct/proto_tcp.c ct/tcp.h ct/why.h ct/tcp_usual.c \
	ct/proto_udp.c \
	ct/proto_udplite.c \
	ct/seqadj.c ct/seqadj.h \
	ct/source.c ct/source.h \
	ct/spin.h \
	ct/table.c ct/table.h
