#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Who may include whom (HACKING.md, "Layers"). Prints each include that the
# house does not allow; exit status 1 if there is one.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

git ls-files -co --exclude-standard '*.c' '*.h' '*.l' '*.y' |
	grep -Ev '^(tests|bench|examples|doc)/' |
	xargs awk '
BEGIN {
	allow["base"] = "base"
	allow["packet"] = "packet base"
	allow["host"] = "host base packet"
	allow["parser"] = "parser base"
	allow["ruleset"] = "ruleset base parser"
	allow["ct"] = "ct base packet"
	allow["nat"] = "nat base packet host ct"
	allow["vm"] = "vm base packet host ct nat"
	allow["path"] = "path base packet host ct nat vm"
	allow["api"] = "api nftvm base packet host ct nat vm path parser ruleset"
	allow["lab"] = "lab " allow["api"]
	allow["daemon"] = "daemon " allow["api"]
	allow["cli"] = "cli nftvm lab daemon base"
	allow["include"] = ""
}
/^#[ \t]*include[ \t]+[<"][a-z]+\// {
	split(FILENAME, from, "/")
	to = $0
	sub(/^[^<"]*[<"]/, "", to)
	sub(/\/.*/, "", to)
	# folders of the house only; <linux/...>, <sys/...> are not ours
	if (!(to in allow) && to != "nftvm")
		next
	if (index(" " allow[from[1]] " ", " " to " ") == 0) {
		printf "%s:%d: %s may not include %s\n", FILENAME, FNR, from[1], to
		bad = 1
	}
}
END { exit bad }'
