# the files of lab/; included by Makefile.am
libengine_la_SOURCES += \
	lab/input_link.c lab/input_link.h \
	lab/link_header.c lab/link_header.h \
	lab/names.c lab/names.h \
	lab/packet_line.c lab/packet_line.h \
	lab/readdress.c lab/readdress.h \
	lab/replay.c lab/replay.h \
	lab/replay_dump.c lab/replay_dump.h \
	lab/replay_host.c lab/replay_host.h \
	lab/result_json.c lab/result_json.h \
	lab/summary.c lab/summary.h \
	lab/twice.c lab/twice.h
