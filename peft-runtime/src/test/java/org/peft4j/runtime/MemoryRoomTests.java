package org.peft4j.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peft4j.api.PeftException;

class MemoryRoomTests {
    private static final MemoryEstimate ESTIMATE =
            new MemoryEstimate(200_000_000, 500_000_000, 10_000_000, 10_000_000, 900_000_000, 100_000_000);

    @TempDir
    Path root;

    private void file(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void theLargerOfStepAndEvaluationCounts() {
        assertThat(ESTIMATE.total()).isEqualTo(1_620_000_000);
    }

    @Test
    void aContainersLimitCountsLessWhatItHoldsAlready() throws IOException {
        file("proc/meminfo", "MemTotal: 9000000 kB\nMemAvailable:   8000000 kB\n");
        file("proc/self/cgroup", "0::/box\n");
        file("sys/fs/cgroup/box/memory.max", "1000000000\n");
        file("sys/fs/cgroup/box/memory.current", "400000000\n");
        file("sys/fs/cgroup/box/memory.stat", "anon 5\ninactive_file 100000000\n");

        assertThat(new MachineMemory(root).available()).hasValue(700_000_000);
    }

    @Test
    void aLimitAboveTheProcesssOwnGroupCounts() throws IOException {
        file("proc/meminfo", "MemAvailable: 8000000 kB\n");
        file("proc/self/cgroup", "0::/outer/inner\n");
        file("sys/fs/cgroup/outer/memory.max", "500000000\n");
        file("sys/fs/cgroup/outer/memory.current", "100000000\n");
        file("sys/fs/cgroup/outer/inner/memory.max", "max\n");
        file("sys/fs/cgroup/outer/inner/memory.current", "50000000\n");

        assertThat(new MachineMemory(root).available()).hasValue(400_000_000);
    }

    @Test
    void theOldVersionOfGroupsIsRead() throws IOException {
        file("proc/meminfo", "MemAvailable: 8000000 kB\n");
        file("proc/self/cgroup", "4:memory:/box\n0::/\n");
        file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        file("sys/fs/cgroup/memory/memory.usage_in_bytes", "10\n");
        file("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "300000000\n");
        file("sys/fs/cgroup/memory/box/memory.usage_in_bytes", "100000000\n");

        assertThat(new MachineMemory(root).available()).hasValue(200_000_000);
    }

    @Test
    void withoutLimitsTheMachineDecides() throws IOException {
        file("proc/meminfo", "MemAvailable: 8000000 kB\n");

        assertThat(new MachineMemory(root).available()).hasValue(8_192_000_000L);
        assertThat(new MachineMemory(root.resolve("nothing")).available()).isEmpty();
    }

    @Test
    void aRunThatNeedsMoreThanThereIsIsRefusedAndSaysWhatForUnlessOtherwiseAsked() {
        List<OptionalLong> told = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void estimated(MemoryEstimate estimate, OptionalLong available) {
                told.add(available);
            }
        };
        MemoryRoom room = new MemoryRoom(ESTIMATE, OptionalLong.of(1_000_000_000));

        assertThatThrownBy(() -> room.require(MemoryCheck.REFUSE, listener))
                .isInstanceOf(PeftException.class)
                .hasMessageContainingAll("1,620 MB", "1,000 MB", "a step 900 MB", "memory-check: warn");
        room.require(MemoryCheck.WARN, listener);
        new MemoryRoom(ESTIMATE, OptionalLong.of(2_000_000_000)).require(MemoryCheck.REFUSE, listener);
        new MemoryRoom(ESTIMATE, OptionalLong.empty()).require(MemoryCheck.REFUSE, listener);

        assertThat(told).hasSize(4);
    }
}
