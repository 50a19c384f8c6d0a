"""A desktop that shows notifications, on the session bus of DBUS_SESSION_BUS_ADDRESS.

Prints "ready", then each notification as JSON (Desktop Notifications Specification 1.2, section
"org.freedesktop.Notifications.Notify").
"""
import json

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

NAME = 'org.freedesktop.Notifications'


class Desktop(dbus.service.Object):
    """The object that programs call."""

    @dbus.service.method(NAME, in_signature='susssasa{sv}i', out_signature='u')
    def Notify(self, app, _replaces, _icon, summary, body, _actions, hints, expire):  # noqa: N802
        """Shows one."""
        shown = {
            'app': str(app),
            'summary': str(summary),
            'body': str(body),
            'urgency': int(hints.get('urgency', 1)),
            'expire': int(expire),
        }
        print(json.dumps(shown), flush=True)
        return 1

    @dbus.service.method(NAME, out_signature='ssss')
    def GetServerInformation(self):  # noqa: N802
        """Who it is."""
        return ('desktop', 'test', '1', '1.2')

    @dbus.service.method(NAME, out_signature='as')
    def GetCapabilities(self):  # noqa: N802
        """What it can do."""
        return ['body', 'body-markup']


dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.SessionBus()
owner = dbus.service.BusName(NAME, bus)
desktop = Desktop(bus, '/org/freedesktop/Notifications')
print('"ready"', flush=True)
GLib.MainLoop().run()
