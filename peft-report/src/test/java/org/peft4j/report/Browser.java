package org.peft4j.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A headless Chromium that a test steers by its DevTools protocol. A few calls of that protocol are all the tests need, and
 * they see what a driver doesn't tell: every request and every message of the console.
 */
final class Browser implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final List<String> PROGRAMS = List.of("chromium", "chromium-browser", "google-chrome", "chrome");
    private static final int PATIENCE_SECONDS = 120;

    private final Process process;
    private final WebSocket socket;
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final String session;
    private volatile CompletableFuture<JsonNode> loaded = new CompletableFuture<>();
    private int calls;

    private Browser(Process process, String address) {
        this.process = process;
        this.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(address), new Listener())
                .join();
        String target = call(null, "Target.createTarget", Map.of("url", "about:blank"))
                .path("targetId")
                .asText();
        this.session = call(null, "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .path("sessionId")
                .asText();
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            call(domain + ".enable", Map.of());
        }
    }

    /** The browser of this machine: what the environment variable PEFT_BROWSER names, or a Chromium on the path. */
    static Optional<Path> program() {
        String named = System.getenv("PEFT_BROWSER");
        if (named != null && !named.isBlank()) {
            return Optional.of(Path.of(named));
        }
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .flatMap(directory -> PROGRAMS.stream().map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static Browser start(Path program, Path profile) throws IOException {
        // The sandbox needs rights that containers don't give; the only pages here are our own.
        Process process = new ProcessBuilder(
                        program.toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--hide-scrollbars",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader errors = process.errorReader(StandardCharsets.UTF_8);
        String line = errors.readLine();
        while (line != null && !line.contains("DevTools listening on ")) {
            line = errors.readLine();
        }
        if (line == null) {
            throw new IOException(program + " ended without opening its DevTools");
        }
        Thread drain = new Thread(() -> errors.lines().forEach(l -> {}), "browser's messages");
        drain.setDaemon(true);
        drain.start();
        return new Browser(process, line.substring(line.indexOf("ws://")));
    }

    /** Opens a file in a window of this size and forgets what was complained of and requested before. */
    void open(Path file, int width, int height) {
        size(width, height);
        complaints.clear();
        requests.clear();
        loaded = new CompletableFuture<>();
        call("Page.navigate", Map.of("url", file.toUri().toString()));
        wait(loaded, "the page's end of loading");
    }

    void size(int width, int height) {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 500));
    }

    /** What the system asks for: a dark page or a light one. */
    void prefersDark(boolean dark) {
        call(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
        // The page hears of it when it is drawn next.
        value("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(() => r(0))))");
    }

    void scripts(boolean allowed) {
        call("Emulation.setScriptExecutionDisabled", Map.of("value", !allowed));
    }

    /** The value of an expression of JavaScript, which may be a promise. */
    JsonNode value(String expression) {
        JsonNode result =
                call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (result.has("exceptionDetails")) {
            throw new AssertionError(result.path("exceptionDetails").toString());
        }
        return result.path("result").path("value");
    }

    /** Clicks with the mouse on the middle of the first element that matches. */
    void click(String selector) {
        JsonNode at = value("(() => { const e = document.querySelector(" + MAPPER.valueToTree(selector)
                + "); e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
                + " return {x: r.x + r.width / 2, y: r.y + r.height / 2}; })()");
        for (String type : List.of("mousePressed", "mouseReleased")) {
            call(
                    "Input.dispatchMouseEvent",
                    Map.of(
                            "type",
                            type,
                            "x",
                            at.path("x").doubleValue(),
                            "y",
                            at.path("y").doubleValue(),
                            "button",
                            "left",
                            "clickCount",
                            1));
        }
    }

    /** Presses and releases a key: Tab, Enter or ArrowRight. */
    void press(String key) {
        int code = Map.of("Tab", 9, "Enter", 13, "ArrowRight", 39, " ", 32).get(key);
        ObjectNode event = MAPPER.createObjectNode().put("key", key).put("windowsVirtualKeyCode", code);
        event.put("code", key.equals(" ") ? "Space" : key);
        if (key.equals("Enter")) {
            event.put("text", "\r");
        }
        call("Input.dispatchKeyEvent", event.put("type", "keyDown"));
        event.remove("text");
        call("Input.dispatchKeyEvent", event.put("type", "keyUp"));
    }

    /** The whole page as PNG. */
    byte[] picture() {
        JsonNode size = call("Page.getLayoutMetrics", Map.of()).path("cssContentSize");
        return picture(size.path("width").doubleValue(), size.path("height").doubleValue());
    }

    /** The page's upper left part as PNG. */
    byte[] picture(double width, double height) {
        Map<String, Object> clip = Map.of("x", 0, "y", 0, "width", width, "height", height, "scale", 1);
        JsonNode data =
                call("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true, "clip", clip));
        return Base64.getDecoder().decode(data.path("data").asText());
    }

    /** Errors and warnings of the console, exceptions, and what the policy forbade. */
    List<String> complaints() {
        return complaints;
    }

    /** Addresses that were asked for, data within the page left out. */
    List<String> requests() {
        return requests.stream().filter(r -> !r.startsWith("data:")).toList();
    }

    JsonNode call(String method, Object parameters) {
        return call(session, method, parameters);
    }

    private JsonNode call(String to, String method, Object parameters) {
        int id = ++calls;
        ObjectNode message = MAPPER.createObjectNode().put("id", id).put("method", method);
        message.set("params", MAPPER.valueToTree(parameters));
        if (to != null) {
            message.put("sessionId", to);
        }
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(id, answer);
        socket.sendText(message.toString(), true).join();
        JsonNode found = wait(answer, method);
        if (found.has("error")) {
            throw new AssertionError(method + ": " + found.path("error"));
        }
        return found.path("result");
    }

    private static <T> T wait(CompletableFuture<T> future, String what) {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("the browser doesn't answer: " + what, e);
        }
    }

    private void received(JsonNode message) {
        if (message.has("id")) {
            answers.remove(message.path("id").intValue()).complete(message);
            return;
        }
        JsonNode of = message.path("params");
        switch (message.path("method").asText()) {
            case "Page.loadEventFired" -> loaded.complete(of);
            case "Runtime.exceptionThrown" ->
                complaints.add(of.path("exceptionDetails").toString());
            case "Runtime.consoleAPICalled" -> complaints.add(of.toString());
            case "Log.entryAdded" ->
                complaints.add(of.path("entry").path("text").asText());
            case "Network.requestWillBeSent" ->
                requests.add(of.path("request").path("url").asText());
            default -> {
                // Nothing that a test asks about.
            }
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.onExit().join();
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                try {
                    received(MAPPER.readTree(text.toString()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                text.setLength(0);
            }
            from.request(1);
            return null;
        }
    }
}
