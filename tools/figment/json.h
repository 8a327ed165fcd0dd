/* Reading JSON files: tokens of jsmn with the few questions that the subcommands ask. Indices are those of
 * tokens; -1 stands for what is not there, and every function takes it. */
#ifndef TOOLS_FIGMENT_JSON_H
#define TOOLS_FIGMENT_JSON_H

#include "tool.h"

/* Both decide how tokens look. */
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#ifndef JSON_WITH_PARSER
#define JSMN_HEADER
#endif
#include <jsmn.h>

struct json {
   char *text;
   jsmntok_t *tokens;
   int count;
};

/* A whole file. False and a message that calls it no `what` on failure; else the caller releases it. */
bool json_read(const tool_command *c, const char *path, const char *what, struct json *j);
void json_release(struct json *j);

/* Value of a key of the object at i. */
int json_member(const struct json *j, int i, const char *key);
/* Steps through an object's keys or an array's elements: the first, the one behind; -1 at the end. Of a key
 * the value is at key + 1. */
int json_first(const struct json *j, int i);
int json_next(const struct json *j, int parent, int i);
bool json_is_array(const struct json *j, int i);
bool json_is_object(const struct json *j, int i);
/* Elements of an array or members of an object, else 0. */
int json_size(const struct json *j, int i);

bool json_is(const struct json *j, int i, const char *text); /* a string of just this text */
/* A whole number of 64 bits; false if it is none. */
bool json_u64(const struct json *j, int i, uint64_t *out);
uint64_t json_number(const struct json *j, int i); /* 0 if it is none */
/* A string's characters as they stand in the file, escapes included, for "%.*s". */
int json_length(const struct json *j, int i);
const char *json_chars(const struct json *j, int i);
/* A string without its escapes, cut to fit. */
void json_string(const struct json *j, int i, char *out, size_t size);

#endif
