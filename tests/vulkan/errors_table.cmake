# cmake -DXML=vk.xml -DOUT=file -P errors_table.cmake: which errors each command may answer, as the registry has it, in lines
# VKT_ERRORS("CreateBuffer", "VK_ERROR_...,VK_ERROR_..."). Without a registry the file is empty.
set(text "")
if(EXISTS "${XML}")
  file(READ ${XML} xml)
  string(REGEX MATCHALL "errorcodes=\"[^\"]*\"[^>]*>[ \n\r]*<proto><type>VkResult</type> <name>vk[A-Za-z0-9]*" found "${xml}")
  foreach(one IN LISTS found)
    if(one MATCHES "errorcodes=\"([^\"]*)\".*<name>vk([A-Za-z0-9]*)")
      string(APPEND text "VKT_ERRORS(\"${CMAKE_MATCH_2}\", \"${CMAKE_MATCH_1}\")\n")
    endif()
  endforeach()
endif()
file(WRITE ${OUT} "${text}")
