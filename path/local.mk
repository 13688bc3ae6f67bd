# the files of path/; included by Makefile.am
libengine_la_SOURCES += \
	path/answer.c \
	path/capture.c path/capture.h \
	path/capture_write.c \
	path/hooks.c path/internal.h \
	path/limit.c path/limit.h \
	path/linktype.c path/linktype.h path/linktype.def \
	path/linktype/en10mb.c \
	path/linktype/ip.c \
	path/linktype/linux_sll.c \
	path/linktype/linux_sll2.c \
	path/linktype/nflog.c \
	path/linktype/null.c \
	path/linktype/ppp.c \
	path/linktype/raw.c \
	path/names.c \
	path/nat.c \
	path/options.c \
	path/path.c path/path.h \
	path/route.c \
	path/steps.c \
	path/source.h \
	path/source_pcap.c \
	path/source_pcapng.c
