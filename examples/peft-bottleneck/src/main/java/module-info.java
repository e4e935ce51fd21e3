/** Bottleneck adapters as a plugin. */
module org.example.bottleneck {
    requires org.peft4j.api;

    exports org.example.bottleneck; // the settings

    provides org.peft4j.api.AdapterMethod with
            org.example.bottleneck.BottleneckMethod;
}
