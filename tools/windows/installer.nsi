; The installer of Companion for one user: no administrator is needed.
;   makensis -DVERSION=1.2.3 -DPROGRAM=build/windows/companion -DICON=companion.ico -DSIDE=side.bmp -DOUTPUT=setup.exe
; /S installs silently. A new version is unpacked beside the old one, tried, and put into its place by renaming, so that
; whatever goes wrong leaves one of the two whole. Shortcuts and entries at sign-in name the folder "current".
; Exit codes: 0 done, 1 cancelled, 2 a newer version is installed, 3 the program does not quit, 4 its files are in use,
; 5 the new version does not start on this PC, 6 there is not enough room, or the new files could not be written.
Unicode true
Target amd64-unicode
!include FileFunc.nsh
!include LogicLib.nsh
!include MUI2.nsh
!include WordFunc.nsh
!include Win\COM.nsh
!include Win\Propkey.nsh

!define APP_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Companion"
!define AT_SIGN_IN "Software\Microsoft\Windows\CurrentVersion\Run"
!define ONCE "Software\Microsoft\Windows\CurrentVersion\RunOnce"
!define VETOES "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
!define APP_ID "Companion.Companion"
; Without a number of this kind Windows does not keep notices in its list. No class is registered for it: they are
; answered by links. Source: learn.microsoft.com, "Activating toast notifications from desktop apps".
!define NOTICES_ID "{5B0C2B5E-3C55-4C0B-9A0B-6F1D0A7E9C41}"
!define LINKS "Software\Classes\companion"
!define SHORTCUT "$SMPROGRAMS\Companion.lnk"
!ifndef SPARE_KIB ; tests ask for more
  !define SPARE_KIB 20480 ; for what the program itself writes
!endif
!define TRIES 20 ; for half a second each: virus scanners hold new and old files for a moment

Name "Companion"
BrandingText "Companion ${VERSION}"
OutFile "${OUTPUT}"
InstallDir "$LOCALAPPDATA\Programs\Companion"
RequestExecutionLevel user
!ifdef QUICK ; for tests, which build several
  SetCompress off
!else
  SetCompressor /SOLID lzma
  SetCompressorDictSize 64
!endif
ManifestDPIAware true
VIProductVersion "${VERSION}.0"
VIAddVersionKey /LANG=1033 "ProductName" "Companion"
VIAddVersionKey /LANG=1033 "CompanyName" "The Companion authors"
VIAddVersionKey /LANG=1033 "FileDescription" "Companion Setup"
VIAddVersionKey /LANG=1033 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=1033 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=1033 "LegalCopyright" "© The Companion authors. Apache License 2.0"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${SIDE}"
!define MUI_WELCOMEFINISHPAGE_BITMAP_STRETCH AspectFitHeight
!define MUI_WELCOMEPAGE_TITLE "Companion ${VERSION}"
!define MUI_WELCOMEPAGE_TEXT "Companion looks after software you bought online.$\r$\n$\r$\nIt is installed for you alone, and no administrator is needed. Nothing has to be closed or restarted for it; a Companion that runs already closes for a moment.$\r$\n$\r$\nChoose Install to begin."
!define MUI_FINISHPAGE_TITLE "Companion is installed"
!define MUI_FINISHPAGE_TEXT "You find it in the Start menu."
!define MUI_FINISHPAGE_RUN "$INSTDIR\current\companionw.exe"
!define MUI_FINISHPAGE_RUN_TEXT "Open Companion"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

!ifdef SIGN ; makensis calls it for each program that it has made; the installer itself is signed afterwards
  !uninstfinalize '${SIGN} "%1"'
!endif

Var wasRunning
Var tries
Var unpacking

; Ends with a sentence and an exit code; a silent run says nothing.
!macro Fail code sentence
  SetErrorLevel ${code}
  MessageBox MB_OK|MB_ICONEXCLAMATION "${sentence}" /SD IDOK
  Quit
!macroend

; Asks the program that runs to quit, and waits for its end: downloads stop in an orderly way. -> $0 its exit code, $1 said
!macro AskToQuit
  StrCpy $0 0
  StrCpy $1 ""
  ${If} ${FileExists} "$INSTDIR\current\companion.exe"
    nsExec::ExecToStack '"$INSTDIR\current\companion.exe" quit --wait --json'
    Pop $0
    Pop $1
  ${EndIf}
!macroend

; Renames a folder, and tries again for some seconds; the error flag tells that it did not work.
!macro RenameFolder from to id
  StrCpy $tries 0
  again_${id}:
  ClearErrors
  Rename "${from}" "${to}"
  ${If} ${Errors}
  ${AndIf} $tries < ${TRIES}
    IntOp $tries $tries + 1
    Sleep 500
    Goto again_${id}
  ${EndIf}
!macroend

Function .onInit
  SetShellVarContext current
  ReadRegStr $0 HKCU "${APP_KEY}" "DisplayVersion"
  ${If} $0 != ""
    ${VersionCompare} "$0" "${VERSION}" $1
    ${If} $1 = 1
      !insertmacro Fail 2 "Companion $0 is installed, and this is the older version ${VERSION}.$\n$\nNothing was changed. To go back all the same, remove Companion under Settings, Apps first; what it remembers stays."
    ${EndIf}
  ${EndIf}
  ; What a run that was cut off has left: the old version goes back into its place.
  ${If} ${FileExists} "$INSTDIR\old\companion.exe"
  ${AndIfNot} ${FileExists} "$INSTDIR\current\companion.exe"
    RMDir /r "$INSTDIR\current"
    Rename "$INSTDIR\old" "$INSTDIR\current"
  ${EndIf}
FunctionEnd

Section "Companion" THE_PROGRAM
  RMDir /r "$INSTDIR\new"
  RMDir /r "$INSTDIR\old"
  SetOutPath "$INSTDIR\new"
  Call RequireRoom
  StrCpy $unpacking 1
  ClearErrors
  File /r "${PROGRAM}\*.*"
  SetOutPath "$INSTDIR" ; otherwise the folder is in use by this installer
  StrCpy $unpacking 0
  ${If} ${Errors} ; a file that could not be opened for writing is passed over by a silent run
    Call RemoveNew
    !insertmacro Fail 6 "Not all new files could be written.$\n$\nNothing was changed. A virus scanner may have stopped it; restart the PC, then start this installer again."
  ${EndIf}
  DetailPrint "Trying the new version"
  nsExec::ExecToStack '"$INSTDIR\new\companion.exe" --version'
  Pop $0
  Pop $1
  ${If} $0 != 0
    Call RemoveNew
    !insertmacro Fail 5 "The new version does not start on this PC ($0).$\n$\nNothing was changed. Companion needs Windows 10 or 11; a virus scanner may also have stopped it."
  ${EndIf}

  DetailPrint "Asking Companion to quit"
  !insertmacro AskToQuit
  ${If} $0 != 0
    RMDir /r "$INSTDIR\new"
    !insertmacro Fail 3 "Companion is running and does not quit.$\n$\nNothing was changed. Quit it by its icon beside the clock, then start this installer again."
  ${EndIf}
  StrCpy $wasRunning 0
  StrCpy $2 $1 16
  ${If} $2 == '{"running": true'
    StrCpy $wasRunning 1
  ${EndIf}

  ; Should the PC lose its power between the two renames, this installer ends its work at the next sign-in.
  WriteRegStr HKCU "${ONCE}" "CompanionSetup" '"$EXEPATH" /S'
  ${If} ${FileExists} "$INSTDIR\current\*.*"
    !insertmacro RenameFolder "$INSTDIR\current" "$INSTDIR\old" old
    ${If} ${Errors}
      DeleteRegValue HKCU "${ONCE}" "CompanionSetup"
      RMDir /r "$INSTDIR\new"
      Call StartAgain
      !insertmacro Fail 4 "The files of Companion are in use, perhaps by a terminal window.$\n$\nNothing was changed. Close what uses them, or restart the PC, then start this installer again."
    ${EndIf}
  ${EndIf}
  !insertmacro RenameFolder "$INSTDIR\new" "$INSTDIR\current" new
  ${If} ${Errors}
    Rename "$INSTDIR\old" "$INSTDIR\current"
    DeleteRegValue HKCU "${ONCE}" "CompanionSetup"
    RMDir /r "$INSTDIR\new"
    Call StartAgain
    !insertmacro Fail 4 "The new files could not be put into their place.$\n$\nThe version before is as it was. Restart the PC, then start this installer again."
  ${EndIf}
  DeleteRegValue HKCU "${ONCE}" "CompanionSetup"

  Call StartAgain
  ${If} $wasRunning = 1
    DetailPrint "Waiting for the new version"
    nsExec::ExecToStack '"$INSTDIR\current\companion.exe" update --await-start'
    Pop $0
    Pop $1
    ${If} $0 != 0
      Call GoBack
    ${EndIf}
  ${EndIf}
  RMDir /r "$INSTDIR\old"

  WriteUninstaller "$INSTDIR\uninstall.exe"
  Call MakeShortcut
  Call RegisterLinks
  Call Register
SectionEnd

; The new version lies beside the installed one until it has been tried, so there has to be room for both.
Function RequireRoom
  SectionGetSize ${THE_PROGRAM} $0
  System::Int64Op $0 + ${SPARE_KIB}
  Pop $0
  System::Call 'kernel32::GetDiskFreeSpaceExW(w "$INSTDIR", *l .r1, p 0, p 0) i .r2'
  System::Int64Op $1 / 1024
  Pop $1
  ${If} $2 <> 0
  ${AndIf} $1 L< $0
    System::Int64Op $1 / 1024
    Pop $1
    System::Int64Op $0 / 1024
    Pop $0
    Call RemoveNew
    !insertmacro Fail 6 "There is not enough room on the disk: Companion needs $0 MB for a moment, and $1 MB are free.$\n$\nNothing was changed. Make room, for example by emptying the recycle bin, then start this installer again."
  ${EndIf}
FunctionEnd

; The folder of all versions stays if there is one in it.
Function RemoveNew
  SetOutPath "$TEMP"
  RMDir /r "$INSTDIR\new"
  RMDir "$INSTDIR"
FunctionEnd

; A file could not be written, which has been said already: the disk became full, for example.
Function .onInstFailed
  ${If} $unpacking = 1
    Call RemoveNew
    SetErrorLevel 6
  ${EndIf}
FunctionEnd

; The new version was started and does not answer: the version before goes back into its place, and is told of it.
Function GoBack
  !insertmacro AskToQuit
  !insertmacro RenameFolder "$INSTDIR\current" "$INSTDIR\new" broken
  ${If} ${Errors}
    !insertmacro Fail 4 "The new version of Companion does not answer, and its files are in use.$\n$\nRestart the PC, then start this installer again."
  ${EndIf}
  !insertmacro RenameFolder "$INSTDIR\old" "$INSTDIR\current" back
  RMDir /r "$INSTDIR\new"
  nsExec::ExecToStack '"$INSTDIR\current\companion.exe" update --taken-back ${VERSION}'
  Pop $0
  Pop $1
  Call StartAgain
  !insertmacro Fail 5 "Companion ${VERSION} does not start on this PC.$\n$\nThe version before was put back, and nothing was lost."
FunctionEnd

Function StartAgain
  ${If} $wasRunning = 1
    Exec '"$INSTDIR\current\companionw.exe" --tray'
  ${EndIf}
FunctionEnd

; With an identity of its own, so that the taskbar and notices know that its window belongs to the shortcut.
Function MakeShortcut
  CreateShortcut "${SHORTCUT}" "$INSTDIR\current\companionw.exe" "" "$INSTDIR\current\companionw.exe" 0 SW_SHOWNORMAL "" "Looks after software you bought online"
  !insertmacro ComHlpr_CreateInProcInstance ${CLSID_ShellLink} ${IID_IShellLink} r0 ""
  ${If} $0 P<> 0
    ${IUnknown::QueryInterface} $0 '("${IID_IPersistFile}",.r1)'
    ${If} $1 P<> 0
      ${IPersistFile::Load} $1 '("${SHORTCUT}", ${STGM_READWRITE})'
      ${IUnknown::QueryInterface} $0 '("${IID_IPropertyStore}",.r2)'
      ${If} $2 P<> 0
        System::Call 'Oleaut32::SysAllocString(w "${APP_ID}")p.r3'
        System::Call '*${SYSSTRUCT_PROPERTYKEY}(${PKEY_AppUserModel_ID})p.r4'
        System::Call '*${SYSSTRUCT_PROPVARIANT}(${VT_BSTR},,p r3)p.r5'
        ${IPropertyStore::SetValue} $2 '($4,$5)'
        System::Free $4
        System::Free $5
        System::Call 'Oleaut32::SysFreeString(p r3)'
        System::Call '*(&g16 "${NOTICES_ID}")p.r3'
        System::Call '*${SYSSTRUCT_PROPERTYKEY}(${PKEY_AppUserModel_ToastActivatorCLSID})p.r4'
        System::Call '*${SYSSTRUCT_PROPVARIANT}(${VT_CLSID},,p r3)p.r5'
        ${IPropertyStore::SetValue} $2 '($4,$5)'
        System::Free $3
        System::Free $4
        System::Free $5
        ${IPropertyStore::Commit} $2 ""
        ${IUnknown::Release} $2 ""
        ${IPersistFile::Save} $1 '("${SHORTCUT}",1)'
      ${EndIf}
      ${IUnknown::Release} $1 ""
    ${EndIf}
    ${IUnknown::Release} $0 ""
  ${EndIf}
FunctionEnd

; Buttons of notices come back as links of this program's own, which Windows opens with it.
Function RegisterLinks
  WriteRegStr HKCU "${LINKS}" "" "URL:Companion"
  WriteRegStr HKCU "${LINKS}" "URL Protocol" ""
  WriteRegStr HKCU "${LINKS}\shell\open\command" "" '"$INSTDIR\current\companionw.exe" "%1"'
FunctionEnd

; The entry under Settings, Apps.
Function Register
  WriteRegStr HKCU "${APP_KEY}" "DisplayName" "Companion"
  WriteRegStr HKCU "${APP_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${APP_KEY}" "Publisher" "The Companion authors"
  WriteRegStr HKCU "${APP_KEY}" "DisplayIcon" "$INSTDIR\current\companionw.exe"
  WriteRegStr HKCU "${APP_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${APP_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${APP_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${APP_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${APP_KEY}" "NoRepair" 1
  ${GetSize} "$INSTDIR\current" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${APP_KEY}" "EstimatedSize" $0
FunctionEnd

Function un.onInit
  SetShellVarContext current
FunctionEnd

Section "Uninstall"
  !insertmacro AskToQuit
  ${If} $0 != 0
    !insertmacro Fail 3 "Companion is running and does not quit.$\n$\nNothing was removed. Quit it by its icon beside the clock, then try again."
  ${EndIf}
  ${If} ${FileExists} "$INSTDIR\current\companion.exe"
    DetailPrint "Putting back what was switched off for an installation"
    nsExec::ExecToLog '"$INSTDIR\current\companion.exe" put-back --now --keep-closed'
    Pop $0
    MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "Remove also what Companion remembers: your orders and purchases, with their passwords and keys?$\n$\nFinished downloads stay in any case. If you install Companion again, choose No." /SD IDNO IDNO keep
    nsExec::ExecToLog '"$INSTDIR\current\companion.exe" uninstall-data --yes'
    Pop $0
    keep:
  ${EndIf}
  ; By renaming first, nothing is removed while a part of it is in use.
  ${If} ${FileExists} "$INSTDIR\current\*.*"
    RMDir /r "$INSTDIR\old"
    !insertmacro RenameFolder "$INSTDIR\current" "$INSTDIR\old" gone
    ${If} ${Errors}
      !insertmacro Fail 4 "The files of Companion are in use, perhaps by a terminal window.$\n$\nClose what uses them, or restart the PC, then try again."
    ${EndIf}
  ${EndIf}
  RMDir /r "$INSTDIR\old"
  RMDir /r "$INSTDIR\new"
  Delete "${SHORTCUT}"
  DeleteRegValue HKCU "${AT_SIGN_IN}" "Companion"
  DeleteRegValue HKCU "${ONCE}" "Companion"
  DeleteRegValue HKCU "${ONCE}" "CompanionSetup"
  DeleteRegValue HKCU "${VETOES}" "Companion"
  DeleteRegKey HKCU "${APP_KEY}"
  DeleteRegKey HKCU "${LINKS}"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
SectionEnd
