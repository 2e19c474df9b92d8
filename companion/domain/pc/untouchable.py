"""Programs that are never closed, whatever a profile says: they run the PC, the session, or its protection."""

from __future__ import annotations

import enum
import re

from companion.domain.core.platform import Platform
from companion.domain.pc.facts import Process
from companion.domain.pc.program_paths import plain, program_name


class Guarded(enum.StrEnum):
    """Why a program is never closed."""

    SYSTEM = "system"
    """It is a part of the operating system or of the session: closing it would end everything else."""
    SHELL = "shell"
    """It is a command line or a terminal, in which other programs run."""
    KEYCHAIN = "keychain"
    SECURITY = "security"
    """It protects this PC."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# learn.microsoft.com: Windows Internals' system processes; the shell; Defender's services.
_WINDOWS = {
    Guarded.SYSTEM: _names(
        "system registry smss.exe csrss.exe wininit.exe winlogon.exe services.exe lsass.exe lsaiso.exe lsm.exe "
        "svchost.exe explorer.exe dwm.exe userinit.exe sihost.exe taskhostw.exe fontdrvhost.exe logonui.exe "
        "ctfmon.exe conhost.exe dllhost.exe runtimebroker.exe startmenuexperiencehost.exe shellexperiencehost.exe "
        "searchhost.exe applicationframehost.exe audiodg.exe spoolsv.exe msiexec.exe trustedinstaller.exe "
        "tiworker.exe wudfhost.exe taskmgr.exe consent.exe wuauclt.exe rundll32.exe"
    ),
    Guarded.SHELL: _names(
        "cmd.exe powershell.exe pwsh.exe windowsterminal.exe openconsole.exe wt.exe bash.exe wsl.exe mintty.exe "
        "conemu.exe conemu64.exe conemuc.exe conemuc64.exe putty.exe alacritty.exe wezterm-gui.exe"
    ),
    Guarded.KEYCHAIN: _names(
        "keepass.exe keepassxc.exe keepassxc-proxy.exe 1password.exe bitwarden.exe credentialuibroker.exe vaultcmd.exe"
    ),
    Guarded.SECURITY: _names(
        "msmpeng.exe nissrv.exe mpdefendercoreservice.exe mpcmdrun.exe securityhealthservice.exe "
        "securityhealthsystray.exe smartscreen.exe sgrmbroker.exe mssense.exe avastsvc.exe avastui.exe avgsvc.exe "
        "avgui.exe afwserv.exe avp.exe avpui.exe ekrn.exe egui.exe bdservicehost.exe vsserv.exe bdagent.exe "
        "mcshield.exe mfemms.exe mcuicnt.exe nortonsecurity.exe nsservice.exe ccsvchst.exe avguard.exe "
        "avira.servicehost.exe mbamservice.exe mbam.exe savservice.exe sophosui.exe sophosfilescanner.exe "
        "coreserviceshell.exe tmbmsrv.exe fshoster32.exe fshoster64.exe wrsa.exe csfalconservice.exe "
        "sentinelagent.exe cylancesvc.exe psanhost.exe zlclient.exe vsmon.exe"
    ),
}
# systemd(1), file-hierarchy(7), and the session programs of the desktops that Debian, Fedora and Arch package.
_LINUX = {
    Guarded.SYSTEM: _names(
        "init systemd systemd-journald systemd-logind systemd-udevd systemd-resolved systemd-networkd "
        "systemd-timesyncd systemd-oomd runit openrc-init s6-svscan dinit elogind login agetty getty sshd "
        "dbus-daemon dbus-broker dbus-broker-launch polkitd polkit-gnome-authentication-agent-1 "
        "polkit-kde-authentication-agent-1 networkmanager wpa_supplicant xorg x xwayland xvfb weston mutter "
        "gnome-shell gnome-session gnome-session-binary gnome-session-service gnome-settings-daemon gsd-xsettings "
        "gdm gdm3 gdm-session-worker gdm-x-session gdm-wayland-session sddm sddm-helper lightdm lxdm xdm "
        "plasmashell plasma_session startplasma-x11 startplasma-wayland ksmserver kwin_x11 kwin_wayland kded5 kded6 "
        "kdeinit5 xfce4-session xfwm4 xfdesktop xfce4-panel mate-session marco mate-panel cinnamon cinnamon-session "
        "lxsession lxqt-session openbox fluxbox i3 sway hyprland wayfire labwc cosmic-session cosmic-comp budgie-wm "
        "muffin enlightenment pipewire wireplumber pulseaudio xdg-desktop-portal xdg-document-portal at-spi2-registryd "
        "gvfsd dconf-service ibus-daemon fcitx fcitx5 snapd flatpak-session-helper packagekitd dockerd containerd"
    ),
    Guarded.SHELL: _names(
        "sh dash bash zsh fish ksh mksh csh tcsh nu elvish busybox tmux screen zellij gnome-terminal "
        "gnome-terminal-server kgx ptyxis ptyxis-agent gnome-console konsole yakuake xterm uxterm rxvt urxvt "
        "alacritty kitty foot footclient wezterm wezterm-gui terminator tilix xfce4-terminal mate-terminal "
        "lxterminal qterminal st ghostty sudo su doas pkexec"
    ),
    Guarded.KEYCHAIN: _names(
        "gnome-keyring-daemon gnome-keyring-d kwalletd kwalletd5 kwalletd6 ksecretd keepassxc keepassxc-proxy keepass2 "
        "keepass ssh-agent gpg-agent pinentry gcr-prompter gcr4-ssh-agent secrets bitwarden 1password "
        "pass-secret-service"
    ),
    Guarded.SECURITY: _names(
        "clamd clamonacc freshclam clamav-daemon firewalld ufw fail2ban-server auditd apparmord savd sophos-spl "
        "falcon-sensor mdatp wdavdaemon esets_daemon oaeventd drwebd kesl avast opensnitchd opensnitch-ui "
        "usbguard-daemon sentinelone-agent bdsecd osqueryd"
    ),
}
_MACOS = {
    Guarded.SYSTEM: _names(
        "launchd kernel_task windowserver loginwindow dock finder systemuiserver controlcenter notificationcenter "
        "coreservicesd coreauthd opendirectoryd configd distnoted cfprefsd mds mds_stores usereventagent spotlight "
        "installd system_installd softwareupdated securityagent tccd"
    ),
    Guarded.SHELL: _names("sh bash zsh fish dash ksh tcsh csh terminal iterm2 iterm alacritty kitty wezterm-gui tmux"),
    Guarded.KEYCHAIN: _names(
        "securityd secd trustd keychainaccess keychain-access passwords keepassxc 1password bitwarden ssh-agent "
        "gpg-agent"
    ),
    Guarded.SECURITY: _names(
        "xprotectservice xprotect mrt syspolicyd sandboxd endpointsecurityd wdavdaemon falcond sentineld sophosscand "
        "sophosantivirus rtprotectiondaemon littlesnitch lulu blockblock clamd nortonsecurity avastd com.avast.daemon"
    ),
}
_NAMES = {Platform.WINDOWS: _WINDOWS, Platform.LINUX: _LINUX, Platform.MACOS: _MACOS}
# Programs in these folders belong to the system or to security software, under any name.
_FOLDERS: dict[Platform, tuple[tuple[re.Pattern[str], Guarded], ...]] = {
    Platform.WINDOWS: (
        (re.compile(r"[a-z]:/windows/"), Guarded.SYSTEM),
        (re.compile(r"[a-z]:/program(data/microsoft| files( \(x86\))?)/windows defender"), Guarded.SECURITY),
    ),
    Platform.LINUX: ((re.compile(r"(/usr)?/lib/(systemd|polkit-1|elogind)/"), Guarded.SYSTEM),),
    Platform.MACOS: (
        (re.compile(r"/system/library/|/usr/libexec/|/usr/sbin/|/sbin/"), Guarded.SYSTEM),
        (re.compile(r"/library/apple/system/library/coreservices/"), Guarded.SECURITY),
    ),
}
_SYSTEM_OWNERS = _names("system localservice networkservice") | {"local service", "network service"}
# The first process of the system; on Windows the idle process and System.
_FIRST = {Platform.WINDOWS: (0, 4), Platform.LINUX: (1,), Platform.MACOS: (0, 1)}
_KERNEL_THREADS = 2


def guarded(process: Process, platform: Platform) -> Guarded | None:
    """Returns why `process` is never closed, or None when it is an ordinary program.

    The executable decides; the name that a process gives itself counts as well, because a program that calls itself
    ``lsass.exe`` is none that is asked to close.
    """
    if process.pid in _FIRST.get(platform, ()) or _is_kernel_thread(process, platform):
        return Guarded.SYSTEM
    if platform is Platform.WINDOWS and _is_of_the_system(process):
        return Guarded.SYSTEM
    path = plain(process.path) if process.path else ""
    for folder, why in _FOLDERS.get(platform, ()):
        if folder.match(path):
            return why
    own = {process.name.casefold()}
    executable = program_name(path) if path else None
    for why, names in _NAMES.get(platform, {}).items():
        # A script has its interpreter's path and a name of its own: it is a program, not the shell it is run by.
        if why is Guarded.SHELL and executable is not None:
            if executable in names and own & names:
                return why
        elif own & names or executable in names:
            return why
    return None


def _is_of_the_system(process: Process) -> bool:
    """Returns whether it runs in an account of the system and is none of the services that the system stops itself."""
    owner = (process.owner or "").casefold().rpartition("\\")[2]
    return owner in _SYSTEM_OWNERS and process.service is None


def _is_kernel_thread(process: Process, platform: Platform) -> bool:
    return platform is Platform.LINUX and process.path is None and _KERNEL_THREADS in (process.pid, process.parent)
