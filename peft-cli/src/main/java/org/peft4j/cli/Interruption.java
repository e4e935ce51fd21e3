package org.peft4j.cli;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What Ctrl-C does while something runs that can stop gracefully: once it asks, twice it ends the process. Java's signals are
 * reached by reflection, for the compiler warns of their package wherever it is named.
 */
final class Interruption implements AutoCloseable {
    private final AtomicInteger times = new AtomicInteger();
    private final Runnable stop;
    private final String said;
    private final Screen screen;
    private final Object before;

    private Interruption(Runnable stop, String said, Screen screen) {
        this.stop = stop;
        this.said = said;
        this.screen = screen;
        this.before = handle(handler());
    }

    /** From now on until it is closed, the signal calls {@code stop}. */
    static Interruption during(Runnable stop, Screen screen) {
        String said = "Interrupted: finishing this step and saving. Press Ctrl-C again to end at once.";
        return new Interruption(stop, said, screen);
    }

    /** From now on until it is closed, the signal ends the process: nothing has been made yet that could be lost. */
    static Interruption beforeAnythingIsMade(Screen screen) {
        return new Interruption(
                () -> Runtime.getRuntime().halt(Main.INTERRUPTED),
                "Interrupted before training began: nothing was written.",
                screen);
    }

    /** From now on until it is closed, the signal does nothing: another process decides. */
    static Interruption ignored(Screen screen) {
        return new Interruption(() -> {}, "", screen);
    }

    /** From now on until it is closed, the signal calls {@code stop}, and this is said. */
    static Interruption during(Runnable stop, String said, Screen screen) {
        return new Interruption(stop, said, screen);
    }

    /** What the signal does. */
    void interrupt() {
        if (said.isEmpty()) {
            return;
        }
        if (times.incrementAndGet() > 1) {
            Runtime.getRuntime().halt(Main.INTERRUPTED);
        }
        screen.err().println();
        screen.err().println(said);
        stop.run();
    }

    private Object handler() {
        Class<?> type = type("sun.misc.SignalHandler");
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            switch (method.getName()) {
                case "handle" -> {
                    interrupt();
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
    private static Object handle(Object handler) {
        try {
            Class<?> signal = type("sun.misc.Signal");
            Method handle = signal.getMethod("handle", signal, type("sun.misc.SignalHandler"));
            return handle.invoke(null, signal.getConstructor(String.class).newInstance("INT"), handler);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("signals can't be handled", e);
        }
    }

    @Override
    public void close() {
        handle(before);
    }
}
