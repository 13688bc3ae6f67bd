# the files of lab/; included by Makefile.am
libengine_la_SOURCES += \
	lab/names.c lab/names.h \
	lab/packet_line.c lab/packet_line.h \
	lab/result_json.c lab/result_json.h \
	lab/summary.c lab/summary.h
