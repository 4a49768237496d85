"""A headless Chromium, driven through chromedriver by WebDriver over HTTP: what the tests of pages need, no more."""
import base64
import json
import pathlib
import shutil
import subprocess
import tempfile
import urllib.request

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--force-color-profile=srgb"]
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Space": " ", "Escape": "\ue00c", "End": "\ue010", "Home": "\ue011",
        "ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015"}
# Collects what keeps the page from answering for 50 ms and more.
WATCH = """window.longTasks = [];
new PerformanceObserver(list => list.getEntries().forEach(entry => longTasks.push([entry.startTime, entry.duration])))
    .observe({type: "longtask", buffered: true});"""


def find_browser():
    """Paths of Chromium and of its driver, or why there are none."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    driver = shutil.which("chromedriver")
    if not browser or not driver:
        return None, None, "chromium or chromedriver is not installed"
    return browser, driver, ""


class Browser:
    """One window. Use as a context; goes by file URLs."""

    def __init__(self, browser, driver):
        self.profile = tempfile.TemporaryDirectory()
        self.driver = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.base = self.session = None
        for line in self.driver.stdout:
            if "started successfully on port" in line:
                self.base = "http://127.0.0.1:" + line.split("port")[1].strip(" .\n")
                break
        options = {"binary": browser, "args": [*FLAGS, f"--user-data-dir={self.profile.name}"]}
        logs = {"browser": "ALL", "performance": "ALL"}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": logs}
        try:
            self.session = "/session/" + self.ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
            self.ask("POST", self.session + "/timeouts", {"script": 120000})
            self.cdp("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        except Exception:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        try:
            if self.session:
                self.ask("DELETE", self.session)
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.driver.stdout.close()
            self.profile.cleanup()

    def ask(self, method, path, body=None):
        data = None if method != "POST" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(error.read().decode("utf-8", "replace")[:1000]) from None

    def cdp(self, command, **parameters):
        return self.ask("POST", self.session + "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def script(self, source, *arguments):
        """The value of a function's body."""
        return self.ask("POST", self.session + "/execute/sync", {"script": source, "args": arguments})

    def logs(self, kind):
        return self.ask("POST", self.session + "/se/log", {"type": kind})

    def look(self, width, height=900, dark=False):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.cdp("Emulation.setEmulatedMedia", media="", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}, {"name": "prefers-reduced-motion", "value": "reduce"}])

    def open(self, path):
        """Loads a file; forgets what was logged before."""
        self.logs("browser"), self.logs("performance")
        self.ask("POST", self.session + "/url", {"url": pathlib.Path(path).resolve().as_uri()})

    def press(self, *names):
        """Real key presses, to whatever has the focus."""
        keys = [action for name in names for action in ({"type": "keyDown", "value": KEYS.get(name, name)},
                                                        {"type": "keyUp", "value": KEYS.get(name, name)})]
        self.ask("POST", self.session + "/actions", {"actions": [{"type": "key", "id": "keys", "actions": keys}]})

    def move(self, x, y):
        self.cdp("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def requests(self):
        """URLs that were asked for since the page was opened."""
        events = (json.loads(entry["message"])["message"] for entry in self.logs("performance"))
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]

    def accessible(self):
        """Nodes of the accessibility tree that are not ignored: role and name."""
        nodes = self.cdp("Accessibility.getFullAXTree")["nodes"]
        return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]

    def shoot(self, path, height=None):
        """The window as a picture; or the page from its top, `height` pixels of it."""
        clip = {}
        if height:
            width = self.script("return document.documentElement.clientWidth")
            clip = {"clip": {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}, "captureBeyondViewport": True}
        pathlib.Path(path).write_bytes(base64.b64decode(self.cdp("Page.captureScreenshot", format="png", **clip)["data"]))

    def pdf(self):
        return base64.b64decode(self.cdp("Page.printToPDF", printBackground=True)["data"])
