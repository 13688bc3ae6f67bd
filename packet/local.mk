# the files of packet/; included by Makefile.am
libengine_la_SOURCES += \
	packet/addr.h \
	packet/csum.c packet/csum.h \
	packet/frag.c packet/frag.h \
	packet/frag_out.c packet/frag_queue.h \
	packet/ip4opt.c packet/ip4opt.h \
	packet/ip6opt.c packet/ip6opt.h \
	packet/logline.c packet/logline.h \
	packet/packet.c packet/packet.h \
	packet/replace.c packet/replace.h
