# Turns the page's files into one C file of bytes: cmake -DOUT=file.c -DDIR=page -P page.cmake
set(text "/* Generated from tools/figment/page by page.cmake. */\n#include \"report_page.h\"\n")
foreach(part html css js)
  file(READ ${DIR}/report.${part} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND text "const char page_${part}[] = {${bytes}0};\n")
endforeach()
file(WRITE ${OUT} "${text}")
