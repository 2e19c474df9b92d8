; Looks for programs that block the sample installers, by their names alone, window or not.
; -> $blocker: comma list "NAME(pid)" of programs that must be closed
Function FindBlockers
  StrCpy $blocker ""
  System::Call 'kernel32::CreateToolhelp32Snapshot(i 2, i 0)p.r1'
  ; PROCESSENTRY32W, x64 layout (568 bytes)
  System::Call '*(&i4 568, &i4 0, &i4 0, &i4 0, p 0, &i4 0, &i4 0, &i4 0, &i4 0, &i4 0, &w260 "", &i4 0)p.r2'
  System::Call 'kernel32::Process32FirstW(p r1, p r2)i.r3'
  ${While} $3 <> 0
    System::Call '*$2(&i4, &i4, &i4 .r4, &i4, p, &i4, &i4, &i4, &i4, &i4, &w260 .r5)'
    ${If} $5 == "OUTLOOK.EXE"
    ${OrIf} $5 == "chrome.exe"
    ${OrIf} $5 == "msedge.exe"
    ${OrIf} $5 == "firefox.exe"
    ${OrIf} $5 == "iexplore.exe"
      StrCpy $blocker "$blocker $5($4)"
    ${EndIf}
    System::Call 'kernel32::Process32NextW(p r1, p r2)i.r3'
  ${EndWhile}
  System::Free $2
  System::Call 'kernel32::CloseHandle(p r1)'
FunctionEnd
