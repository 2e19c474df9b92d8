; A plain installer of a maker that no store knows, with one way to end built in.
; makensis -DOUTPUT=… -DVERSION=4.2 -DOUTCOME=… [-DINNER=the installer that a bootstrapper carries]
;   works      installs, and is listed by Windows
;   refuses    ends with 20 while a blocking program runs, else works
;   cancelled  ends with 1, as when the person presses Cancel
;   restart    installs, leaves a file to the next restart, and ends with 3010
;   nothing    reports success and changes nothing
;   bootstrap  starts the installer that it carries and ends at once, with 0
;   late       works, but only after two seconds
Unicode true
Target amd64-unicode
!include LogicLib.nsh
Name "Harbour Notes"
OutFile "${OUTPUT}"
InstallDir "$PROGRAMFILES64\Harbour Notes"
RequestExecutionLevel admin
VIProductVersion ${VERSION}.0.0
VIAddVersionKey /LANG=1033 "ProductName" "Harbour Notes"
VIAddVersionKey /LANG=1033 "CompanyName" "Harbour Software"
VIAddVersionKey /LANG=1033 "FileDescription" "Harbour Notes Setup"
VIAddVersionKey /LANG=1033 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=1033 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=1033 "LegalCopyright" "none"
Page instfiles
Var blocker
!addincludedir "${__FILEDIR__}\..\story"
!include blockers.nsh
Section
!if "${OUTCOME}" == "refuses"
  Call FindBlockers
  ${If} $blocker != ""
    SetErrorLevel 20
    Quit
  ${EndIf}
!endif
!if "${OUTCOME}" == "cancelled"
  SetErrorLevel 1
  Quit
!endif
!if "${OUTCOME}" == "nothing"
  SetErrorLevel 0
  Quit
!endif
!if "${OUTCOME}" == "bootstrap"
  CreateDirectory "$TEMP\HarbourSetup"
  SetOutPath "$TEMP\HarbourSetup"
  File /oname=inner.exe "${INNER}"
  Exec '"$TEMP\HarbourSetup\inner.exe" /S'
  SetErrorLevel 0
  Quit
!endif
!if "${OUTCOME}" == "late"
  Sleep 2000
!endif
  SetOutPath $INSTDIR
  FileOpen $0 "$INSTDIR\notes.ini" w
  FileWrite $0 "version=${VERSION}$\r$\n"
  FileClose $0
  SetRegView 64
  !define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\HarbourNotes"
  WriteRegStr HKLM "${KEY}" "DisplayName" "Harbour Notes"
  WriteRegStr HKLM "${KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKLM "${KEY}" "Publisher" "Harbour Software"
  WriteRegStr HKLM "${KEY}" "InstallLocation" "$INSTDIR"
  SetErrorLevel 0
!if "${OUTCOME}" == "restart"
  System::Call 'kernel32::MoveFileExW(w "$INSTDIR\notes.ini", w "$INSTDIR\notes.cfg", i 4)'
  SetErrorLevel 3010
!endif
SectionEnd
