/* Stand-in for a program that blocks an installation.  NAME.EXE [WORD]…
   ghost     no window and no message queue, as when another program started it through COM
   hidden    a top-level window that is never shown; WM_CLOSE ends it (a browser's startup boost)
   window    a visible window; WM_CLOSE ends it
   stubborn  a visible window that ignores WM_CLOSE and refuses the end of the session
   asks      a visible window; WM_CLOSE asks "Save changes?" for two seconds, then closes
   waits     the same, and waits for an answer for ever
   tray      a visible window; WM_CLOSE only hides it, the end of the session ends it
   child     first starts a ghost of the same image, as browsers do
   lock      first opens locked.dll in the working folder for itself alone
   service   a service: stopped by the service manager, as any
   nurse=P   starts P, and again whenever it has ended (a second program that brings the first back) */
#include <windows.h>
#include <string.h>

enum { GHOST, HIDDEN, SHOWN, STUBBORN, ASKS, WAITS, TRAY };
static int mode = GHOST;

static LRESULT CALLBACK procedure(HWND window, UINT message, WPARAM w, LPARAM l) {
  switch (message) {
  case WM_CLOSE:
    if (mode == STUBBORN) return 0;
    if (mode == TRAY) { ShowWindow(window, SW_HIDE); return 0; }
    if (mode == ASKS || mode == WAITS) {
      SetWindowTextA(window, "Save changes? - Outlook");
      if (mode == ASKS) SetTimer(window, 1, 2000, 0);
      return 0;
    }
    DestroyWindow(window);
    return 0;
  case WM_TIMER: DestroyWindow(window); return 0;
  case WM_QUERYENDSESSION: return mode != STUBBORN;
  case WM_ENDSESSION: if (w) PostQuitMessage(0); return 0;
  case WM_DESTROY: PostQuitMessage(0); return 0;
  }
  return DefWindowProcA(window, message, w, l);
}

static SERVICE_STATUS_HANDLE manager;
static HANDLE stopped;

static void tell(DWORD state) {
  SERVICE_STATUS status = {SERVICE_WIN32_OWN_PROCESS, state, SERVICE_ACCEPT_STOP, 0, 0, 0, 0};
  SetServiceStatus(manager, &status);
}

static void WINAPI control(DWORD code) {
  if (code == SERVICE_CONTROL_STOP) SetEvent(stopped);
}

static void WINAPI serve(DWORD count, LPSTR *words) {
  (void)count;
  stopped = CreateEventA(0, TRUE, FALSE, 0);
  manager = RegisterServiceCtrlHandlerA(words[0], control);
  tell(SERVICE_RUNNING);
  WaitForSingleObject(stopped, INFINITE);
  tell(SERVICE_STOPPED);
}

static HANDLE start(char *command) {
  STARTUPINFOA startup = {sizeof startup};
  PROCESS_INFORMATION started;
  if (!CreateProcessA(0, command, 0, 0, 0, 0, 0, 0, &startup, &started)) return 0;
  CloseHandle(started.hThread);
  return started.hProcess;
}

static void nurse(const char *patient) {
  char command[MAX_PATH + 16];
  wsprintfA(command, "\"%s\" ghost", patient);
  for (;;) {
    HANDLE process = start(command);
    if (!process) return;
    WaitForSingleObject(process, INFINITE);
    CloseHandle(process);
  }
}

int WINAPI WinMain(HINSTANCE instance, HINSTANCE previous, LPSTR words, int show) {
  (void)previous; (void)show;
  if (strstr(words, "service")) {
    SERVICE_TABLE_ENTRYA table[] = {{"", serve}, {0, 0}};
    return !StartServiceCtrlDispatcherA(table);
  }
  const char *patient = strstr(words, "nurse=");
  if (patient) { nurse(patient + strlen("nurse=")); return 1; }
  if (strstr(words, "hidden")) mode = HIDDEN;
  else if (strstr(words, "window")) mode = SHOWN;
  else if (strstr(words, "stubborn")) mode = STUBBORN;
  else if (strstr(words, "asks")) mode = ASKS;
  else if (strstr(words, "waits")) mode = WAITS;
  else if (strstr(words, "tray")) mode = TRAY;
  if (strstr(words, "lock")) CreateFileA("locked.dll", GENERIC_READ | GENERIC_WRITE, 0, 0, OPEN_ALWAYS, 0, 0);
  if (strstr(words, "child")) {
    char self[MAX_PATH], command[MAX_PATH + 16];
    GetModuleFileNameA(0, self, MAX_PATH);
    wsprintfA(command, "\"%s\" ghost", self);
    start(command);
  }
  if (mode == GHOST) { Sleep(INFINITE); return 7; }
  WNDCLASSA class = {.lpfnWndProc = procedure, .hInstance = instance, .lpszClassName = "rctrl_renwnd32"};
  RegisterClassA(&class);
  HWND window = CreateWindowA("rctrl_renwnd32", "Inbox - Outlook", WS_OVERLAPPEDWINDOW, 10, 10, 300, 200, 0, 0, instance, 0);
  if (mode != HIDDEN) ShowWindow(window, SW_SHOWNORMAL);
  MSG message;
  while (GetMessageA(&message, 0, 0, 0) > 0) { TranslateMessage(&message); DispatchMessageA(&message); }
  return (int)message.wParam;
}
