package org.peft4j.cli;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * What Ctrl-C (SIGINT) and a shutdown (SIGTERM) do while something runs that can stop gracefully: once they ask, twice they end the
 * process. Java's signals are reached by reflection, for the compiler warns of their package wherever it is named.
 */
final class Interruption implements AutoCloseable {
    private static final List<String> SIGNALS = List.of("INT", "TERM");

    private final AtomicInteger times = new AtomicInteger();
    private final IntConsumer stop;
    private final String said;
    private final Screen screen;
    private final Map<String, Object> before = new LinkedHashMap<>();
    private volatile int exitCode = Main.INTERRUPTED;

    private Interruption(IntConsumer stop, String said, Screen screen) {
        this.stop = stop;
        this.said = said;
        this.screen = screen;
        Object handler = handler();
        for (String signal : SIGNALS) {
            before.put(signal, handle(signal, handler));
        }
    }

    /** From now on until it is closed, the signal calls {@code stop}. */
    static Interruption during(Runnable stop, Screen screen) {
        String said = "Interrupted: finishing this step and saving. Press Ctrl-C again to end at once.";
        return new Interruption(code -> stop.run(), said, screen);
    }

    /** From now on until it is closed, the signal ends the process: nothing has been made yet that could be lost. */
    static Interruption beforeAnythingIsMade(Screen screen) {
        return new Interruption(
                code -> Runtime.getRuntime().halt(code),
                "Interrupted before training began: nothing was written.",
                screen);
    }

    /** From now on until it is closed, the signal does nothing: another process decides. */
    static Interruption ignored(Screen screen) {
        return new Interruption(code -> {}, "", screen);
    }

    /** From now on until it is closed, the signal calls {@code stop}, and this is said. */
    static Interruption during(Runnable stop, String said, Screen screen) {
        return new Interruption(code -> stop.run(), said, screen);
    }

    /** The exit code that says which signal it was. */
    int exitCode() {
        return exitCode;
    }

    /** What a signal does. */
    void interrupt(String signal) {
        if (said.isEmpty()) {
            return;
        }
        exitCode = signal.endsWith("TERM") ? Main.TERMINATED : Main.INTERRUPTED;
        if (times.incrementAndGet() > 1) {
            Runtime.getRuntime().halt(exitCode);
        }
        screen.err().println();
        screen.err().println(said);
        stop.accept(exitCode);
    }

    private Object handler() {
        Class<?> type = type("sun.misc.SignalHandler");
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            switch (method.getName()) {
                case "handle" -> {
                    interrupt(String.valueOf(args[0]));
                    return null;
                }
                case "equals" -> {
                    return self == args[0];
                }
                case "hashCode" -> {
                    return System.identityHashCode(self);
                }
                default -> {
                    return "interruption";
                }
            }
        });
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("this Java has no module jdk.unsupported", e);
        }
    }

    /** Installs a handler and gives the one that was there. */
    private static Object handle(String name, Object handler) {
        try {
            Class<?> signal = type("sun.misc.Signal");
            Method handle = signal.getMethod("handle", signal, type("sun.misc.SignalHandler"));
            return handle.invoke(null, signal.getConstructor(String.class).newInstance(name), handler);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("signals can't be handled", e);
        }
    }

    @Override
    public void close() {
        before.forEach(Interruption::handle);
    }
}
