# the files of lab/; included by Makefile.am
libengine_la_SOURCES += \
	lab/box.c lab/box.h \
	lab/coverage.c lab/coverage.h \
	lab/input_link.c lab/input_link.h \
	lab/link_header.c lab/link_header.h \
	lab/names.c lab/names.h \
	lab/packet_build.h \
	lab/packet_line.c lab/packet_line.h \
	lab/packet_make.c lab/packet_make.h \
	lab/packet_print.c lab/packet_print.h \
	lab/packet_segment.c \
	lab/readdress.c lab/readdress.h \
	lab/replay.c lab/replay.h \
	lab/replay_dump.c lab/replay_dump.h \
	lab/replay_host.c lab/replay_host.h \
	lab/result_json.c lab/result_json.h \
	lab/scenario.c lab/scenario.h \
	lab/scenario_expect.c lab/scenario_internal.h \
	lab/scenario_report.c lab/scenario_report.h \
	lab/scenario_run.c lab/scenario_run.h \
	lab/summary.c lab/summary.h \
	lab/trace.c lab/trace.h \
	lab/trace_nft.c lab/trace_nft.h \
	lab/trace_text.c \
	lab/trace_tree.c lab/trace_tree.h \
	lab/tracer.c lab/tracer.h \
	lab/why.c lab/why.h \
	lab/twice.c lab/twice.h
