/* figment report --html: a report as one page that needs nothing else. */
#ifndef TOOLS_FIGMENT_REPORT_PAGE_H
#define TOOLS_FIGMENT_REPORT_PAGE_H

#include "report.h"

/* page/report.html, .css and .js, each ended by a zero byte. */
extern const char page_html[], page_css[], page_js[];

/* Write the page ("-": standard output). False and a message on failure. */
bool report_write_page(const tool_command *c, const struct report *r, const char *path);

#endif
