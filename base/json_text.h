/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFTVM_BASE_JSON_TEXT_H
#define NFTVM_BASE_JSON_TEXT_H

#include <jansson.h>

/**
 * json_text() - a string that may hold any bytes
 *
 * JSON is UTF-8, but a log prefix, a comment or the name of an interface is
 * whatever its author wrote. Bytes that are none stand as U+FFFD, so that no
 * line is lost for their sake.
 * Return: a new reference.
 */
json_t *json_text(const char *s);

#endif
