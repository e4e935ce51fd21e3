package org.peft4j.runtime;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.TypeLiteral;
import com.google.inject.multibindings.Multibinder;
import org.peft4j.data.DataSource;
import org.peft4j.engine.Engine;

/**
 * What every application starts with. An application adds its own with multibindings of {@code OptimizerFactory<?>},
 * {@code ScheduleFactory<?>}, {@link DataSource} and {@link TrainingListener}:
 *
 * <pre>{@code
 * Multibinder.newSetBinder(binder(), RuntimeModule.OPTIMIZERS).addBinding().to(Lion.class);
 * }</pre>
 */
public final class RuntimeModule extends AbstractModule {
    /** The type optimizers are bound under. */
    public static final TypeLiteral<OptimizerFactory<?>> OPTIMIZERS = new TypeLiteral<>() {};

    /** The type schedules are bound under. */
    public static final TypeLiteral<ScheduleFactory<?>> SCHEDULES = new TypeLiteral<>() {};

    private final int threads;

    /**
     * The usual bindings.
     *
     * @param threads how many threads compute
     */
    public RuntimeModule(int threads) {
        this.threads = threads;
    }

    @Override
    protected void configure() {
        Multibinder<OptimizerFactory<?>> optimizers = Multibinder.newSetBinder(binder(), OPTIMIZERS);
        optimizers.addBinding().toInstance(new AdamW.Factory());
        optimizers.addBinding().toInstance(new Sgd.Factory());
        Multibinder<ScheduleFactory<?>> schedules = Multibinder.newSetBinder(binder(), SCHEDULES);
        schedules.addBinding().toInstance(FallingSchedule.CONSTANT);
        schedules.addBinding().toInstance(FallingSchedule.LINEAR);
        schedules.addBinding().toInstance(FallingSchedule.COSINE);
        Multibinder.newSetBinder(binder(), DataSource.class);
        Multibinder.newSetBinder(binder(), TrainingListener.class);
    }

    @Provides
    @Singleton
    Engine engine() {
        return Engine.create(threads);
    }

    @Provides
    @Singleton
    MethodRegistry methods() {
        return MethodRegistry.load();
    }
}
