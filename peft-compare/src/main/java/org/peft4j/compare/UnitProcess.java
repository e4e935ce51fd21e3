package org.peft4j.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.peft4j.api.PeftException;
import org.peft4j.runtime.Peft;

/** The other side of {@link UnitCommand}: does one unit's work and tells the comparison of it, a line each. */
public final class UnitProcess {
    static final String PROGRESS = "@progress ";
    static final String RESULT = "@result ";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long INTERVAL_NANOS = 200_000_000L;

    private UnitProcess() {}

    /**
     * Does a unit's work.
     *
     * @param file what is to be done
     * @param out where the comparison reads
     * @throws PeftException {@code compare-unit} if the file is none of a comparison's
     */
    public static void run(Path file, Peft peft, PrintStream out) {
        UnitRequest request;
        try {
            request = JSON.readValue(file.toFile(), UnitRequest.class);
        } catch (IOException e) {
            throw PeftException.of(
                    "compare-unit",
                    file + " does not describe a unit of a comparison: " + e.getMessage(),
                    "This command is started by 'peft compare'.",
                    e);
        }
        Instant started = ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
        UnitResult result = new UnitRun(peft, request, started, new Lines(out)).run();
        out.println(RESULT + plain(result));
        out.flush();
    }

    /**
     * Calls {@code gone} when a stream ends: the standard input of a unit ends with the comparison that started it, however that
     * comes about.
     */
    public static void watch(InputStream in, Runnable gone) {
        Thread watcher = new Thread(
                () -> {
                    try {
                        while (in.read() >= 0) {
                            continue;
                        }
                    } catch (IOException closed) {
                        gone.run();
                        return;
                    }
                    gone.run();
                },
                "comparison's end");
        watcher.setDaemon(true);
        watcher.start();
    }

    private static String plain(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (IOException e) {
            throw new IllegalStateException("a record of plain values", e);
        }
    }

    /** Progress, a line now and then. */
    private static final class Lines implements UnitListener {
        private final PrintStream out;
        private long last;
        private String lastPhase = "";

        Lines(PrintStream out) {
            this.out = out;
        }

        @Override
        public void progress(String phase, long step, long steps, double loss) {
            long now = System.nanoTime();
            if (phase.equals(lastPhase) && now - last < INTERVAL_NANOS) {
                return;
            }
            last = now;
            lastPhase = phase;
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("phase", phase);
            line.put("step", step);
            line.put("steps", steps);
            line.put("loss", Double.isFinite(loss) ? loss : null);
            out.println(PROGRESS + plain(line));
            out.flush();
        }
    }
}
