# the benchmarks; built with everything else, run by ./dev bench
noinst_PROGRAMS += bench/mkcap
bench_mkcap_SOURCES = bench/mkcap.c
bench_mkcap_LDADD = libengine.la

noinst_PROGRAMS += bench/vm
bench_vm_SOURCES = bench/vm.c bench/measure.c bench/measure.h tests/vm/fixture.c tests/vm/fixture.h
bench_vm_LDADD = libengine.la

noinst_PROGRAMS += bench/ct
bench_ct_SOURCES = bench/ct.c bench/measure.c bench/measure.h bench/wave.c bench/wave.h
bench_ct_LDADD = libengine.la

noinst_PROGRAMS += bench/nat
bench_nat_SOURCES = bench/nat.c bench/measure.c bench/measure.h bench/wave.c bench/wave.h
bench_nat_LDADD = libengine.la
