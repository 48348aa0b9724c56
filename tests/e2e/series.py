"""How long the longest gap of a pod's series is: in what a server has kept, and in what somebody saw who asked each second."""
import datetime
import json
import threading
import time
import urllib.request


def get(url):
    with urllib.request.urlopen(url, timeout=3) as answer:
        return json.load(answer)


def seconds(timestamp):
    return datetime.datetime.fromisoformat(timestamp.replace("Z", "+00:00")).timestamp()


def kept(url, path, since):
    """Times of the readings that a server has from a moment on."""
    query = f"{'&' if '?' in path else '?'}window={int(time.time() - since) + 1}"
    times = (seconds(item["timestamp"]) for item in get(url + path + query)["items"])
    return [one for one in times if one >= since]


def longest(times):
    return max((b - a for a, b in zip(times, times[1:])), default=float("inf"))


class Watcher:
    """Asks for the newest reading each second, over a new connection each time, as somebody would who looks at it."""

    def __init__(self, url):
        self.url, self.lock = url, threading.Lock()
        self.seen, self.asked, self.unanswered, self.silent_since, self.silence = [], 0, 0, None, 0.0
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            now = time.time()
            try:
                newest = seconds(get(self.url)["timestamp"])
            except (OSError, ValueError, KeyError):
                newest = None
            with self.lock:
                self.note(newest, now)
            time.sleep(max(0.0, now + 1 - time.time()))

    def note(self, newest, now):
        self.asked += 1
        if newest is None:
            self.unanswered += 1
            self.silent_since = self.silent_since or now
            self.silence = max(self.silence, time.time() - self.silent_since)
            return
        self.silent_since = None
        # Two servers may have the newest reading by turns: an older one is no news.
        if not self.seen or newest > self.seen[-1]:
            self.seen.append(newest)

    def begin(self):
        """From the newest reading on; gives its time."""
        with self.lock:
            self.seen, self.asked, self.unanswered, self.silence = self.seen[-1:], 0, 0, 0.0
            return self.seen[0] if self.seen else None

    def told(self):
        with self.lock:
            return longest(self.seen), self.unanswered, self.asked, self.silence
