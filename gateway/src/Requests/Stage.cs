namespace ElasticSynapse.Gateway.Requests;

/// <summary>What a request passes on its way, or the rest of that way. Unlike ASP.NET Core's middleware it hands on what is known of
/// the request, and comes back before the answer has: what ends with the request ends in <see cref="GatewayRequest.End"/>.</summary>
internal delegate Task Stage(HttpContext context, GatewayRequest request);
