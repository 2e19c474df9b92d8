; A sample installer of a security product that behaves as many do:
; it refuses while OUTLOOK.EXE (or a browser) is in the process list, window or not.
; Built by setup_lab.sh with makensis -DOUTPUT=…
; /S silent   /D=C:\dir target   /REBOOT ends with 3010 and a pending file rename   /FAIL ends with 1603
; exit: 0 done, 2 cancelled, 20 blocked, 1603 failed, 3010 restart needed
Unicode true
Target amd64-unicode
!include LogicLib.nsh
!include FileFunc.nsh
Name "Example Protect 2026"
OutFile "${OUTPUT}"
InstallDir "$PROGRAMFILES64\Example Protect"
RequestExecutionLevel admin
SetCompressor /SOLID lzma
VIProductVersion 19.0.0.1
VIAddVersionKey /LANG=1033 "ProductName" "Example Protect"
VIAddVersionKey /LANG=1033 "CompanyName" "Example Security Ltd"
VIAddVersionKey /LANG=1033 "FileDescription" "Example Protect Setup"
VIAddVersionKey /LANG=1033 "FileVersion" "19.0.0.1"
VIAddVersionKey /LANG=1033 "LegalCopyright" "none"
Page instfiles
UninstPage instfiles
Var blocker
Var opts
!macro LogLine text
  FileOpen $9 "$TEMP\ExampleProtect-setup.log" a
  FileSeek $9 0 END
  FileWrite $9 "${text}$\r$\n"
  FileClose $9
!macroend
!addincludedir "${__FILEDIR__}"
!include blockers.nsh
Function .onInit
  ${GetParameters} $opts
  retry:
  Call FindBlockers
  ${If} $blocker != ""
    !insertmacro LogLine "BLOCKED:$blocker"
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "Please shut down Outlook and your web browser, then click Retry.$\n$\n$blocker" /SD IDCANCEL IDRETRY retry
    SetErrorLevel 20
    Quit
  ${EndIf}
FunctionEnd
Section
  ${GetOptions} $opts "/FAIL" $0
  ${IfNot} ${Errors}
    !insertmacro LogLine "FAILED"
    SetErrorLevel 1603
    Abort
  ${EndIf}
  SetOutPath $INSTDIR
  FileOpen $0 "$INSTDIR\protect.ini" w
  FileWrite $0 "installed=1$\r$\n"
  FileClose $0
  WriteUninstaller "$INSTDIR\uninstall.exe"
  SetRegView 64
  WriteRegStr HKLM "Software\Microsoft\Windows\CurrentVersion\Uninstall\ExampleProtect" "DisplayName" "Example Protect"
  WriteRegStr HKLM "Software\Microsoft\Windows\CurrentVersion\Uninstall\ExampleProtect" "DisplayVersion" "19.0.0.1"
  WriteRegStr HKLM "Software\Microsoft\Windows\CurrentVersion\Uninstall\ExampleProtect" "Publisher" "Example Security Ltd"
  WriteRegStr HKLM "Software\Microsoft\Windows\CurrentVersion\Uninstall\ExampleProtect" "UninstallString" '"$INSTDIR\uninstall.exe"'
  !insertmacro LogLine "OK $INSTDIR"
  SetErrorLevel 0
  ${GetOptions} $opts "/REBOOT" $0
  ${IfNot} ${Errors}
    System::Call 'kernel32::MoveFileExW(w "$INSTDIR\protect.ini", w "$INSTDIR\protect.cfg", i 4)'
    SetErrorLevel 3010
  ${EndIf}
SectionEnd
Section Uninstall
  SetRegView 64
  Delete "$INSTDIR\protect.ini"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  DeleteRegKey HKLM "Software\Microsoft\Windows\CurrentVersion\Uninstall\ExampleProtect"
SectionEnd
