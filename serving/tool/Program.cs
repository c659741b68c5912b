using ElasticSynapse.Serving.Tool;

using var cancellation = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true; // what was fetched so far stays for the next try
    cancellation.Cancel();
};
return await new ModelTool(Console.Out, Console.Error, hasTerminal: !Console.IsErrorRedirected).RunAsync(args, cancellation.Token);
